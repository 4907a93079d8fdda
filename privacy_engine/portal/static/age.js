/* The age question on a page of your own: see docs/children.md.
   Sends the band, never the date; the first answer stands until the browser is closed. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-age]');
  if (!form || !window.fetch) return;
  var d = form.dataset, device = encodeURIComponent(d.device);
  function kept(name) {
    var found = document.cookie.match('(?:^|; )' + name + '=([^;]*)');
    return found && found[1];
  }
  function keep(name, value) {
    document.cookie = name + '=' + value + '; path=/; SameSite=Lax';
  }
  function tell(band) {
    form.hidden = true;
    form.dispatchEvent(new CustomEvent('age', { bubbles: true, detail: band }));
    if (kept('age_told') === device) return;
    fetch(new URL('/v1/events', d.api), {
      method: 'POST', keepalive: true,
      headers: { 'Authorization': 'Bearer ' + d.key, 'Content-Type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0', id: 'age-' + Date.now() + '-' + Math.random().toString(36).slice(2),
        source: d.source, type: 'age_signal.received',
        data: { subject: { device: d.device }, kind: 'os_bracket', method: 'age-question',
          value: band === '16_up' ? { lower: 16 } : band }
      })
    }).then(function (r) { if (r.ok) keep('age_told', device); }, function () {});
  }
  form.addEventListener('submit', function (event) {
    var month = +form.elements.month.value, year = +form.elements.year.value, now = new Date();
    var years = now.getFullYear() - year - (now.getMonth() + 1 <= month);
    event.preventDefault();
    if (!(month >= 1 && month <= 12 && years >= 0 && years <= 120) || (month + year) % 1) {
      form.elements.year.setAttribute('aria-invalid', 'true');
      form.elements.year.focus();
      return;
    }
    var band = years < 13 ? 'under_13' : years < 16 ? '13_15' : '16_up';
    keep('age_band', band);
    tell(band);
  });
  var band = kept('age_band');
  if (band) tell(band); else form.hidden = false;
})();
