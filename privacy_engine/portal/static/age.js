/* The age question on a page of your own; without script a link leads to the portal's page.
   <form data-age hidden data-api="https://..." data-key="pk_..." data-source="..." data-device="...">
   Sends the band, never the date; the first answer stands until the browser is closed. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-age]');
  if (!form || !window.fetch) return;
  var name = 'age_band', d = form.dataset;
  function kept() {
    var found = document.cookie.match(/(?:^|; )age_band=(\w+)/);
    return found && found[1];
  }
  function tell(band) {
    form.hidden = true;
    form.dispatchEvent(new CustomEvent('age', { bubbles: true, detail: band }));
  }
  function send(band) {
    fetch(new URL('/v1/events', d.api), {
      method: 'POST', keepalive: true,
      headers: { 'Authorization': 'Bearer ' + d.key, 'Content-Type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0', id: 'age-' + Date.now() + '-' + Math.random().toString(36).slice(2),
        source: d.source, type: 'age_signal.received',
        data: { subject: { device: d.device }, kind: 'os_bracket', method: 'age-question',
          value: band === '16_up' ? { lower: 16 } : band }
      })
    });
  }
  form.addEventListener('submit', function (event) {
    var month = +form.elements.month.value, year = +form.elements.year.value, now = new Date();
    var years = now.getFullYear() - year - (now.getMonth() + 1 <= month ? 1 : 0);
    event.preventDefault();
    if (!(month >= 1 && month <= 12 && years >= 0 && years <= 120)) {
      form.elements.year.setAttribute('aria-invalid', 'true');
      form.elements.year.focus();
      return;
    }
    var band = years < 13 ? 'under_13' : years < 16 ? '13_15' : '16_up';
    document.cookie = name + '=' + band + '; path=/; SameSite=Lax';
    send(band);
    tell(band);
  });
  if (kept()) tell(kept()); else form.hidden = false;
})();
