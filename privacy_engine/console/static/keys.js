// Keyboard for long lists and a copy button for hashes; every page works without this file.
(() => {
  const ACTS = { a: "assign", e: "extend", n: "note", r: "message", v: "verify" };
  const ways = () => [...document.querySelectorAll("table[data-rows] tbody tr a:first-of-type")]
    .filter((way, index, all) => all.findIndex((other) => other.closest("tr") === way.closest("tr")) === index);
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  const move = (step) => {
    const list = ways();
    const here = list.findIndex((way) => way.closest("tr").contains(document.activeElement));
    const next = list[Math.max(0, Math.min(list.length - 1, here < 0 ? 0 : here + step))];
    if (next) next.focus();
  };
  // On the page of a request the links say their keys; in a list the row says where each act is done.
  const follow = (key) => {
    const row = document.activeElement.closest("tr[data-acts]");
    const act = row && ACTS[key];
    const way = document.querySelector(`a[data-key="${key}"]`);
    if (act) location.assign(`${row.dataset.acts}?do=${act}`);
    else if (way) way.click();
    return Boolean(act || way);
  };
  document.addEventListener("keydown", (press) => {
    if (press.ctrlKey || press.metaKey || press.altKey || typing(press.target)) return;
    if (press.key === "j") move(1);
    else if (press.key === "k") move(-1);
    else if (press.key === "x") document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
    else if (press.key === "/") document.querySelector("input[type=search]")?.focus();
    else if (press.key === "?") document.querySelector("details.keys")?.toggleAttribute("open");
    else if (!/^[a-z]$/.test(press.key) || !follow(press.key)) return;
    press.preventDefault();
  });
  if (!navigator.clipboard) return;
  for (const text of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "text";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent.trim());
      button.textContent = "Copied";
    });
    text.after(button);
  }
})();
