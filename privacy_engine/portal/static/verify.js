// Computes the hash of the chosen report here, so that the file itself need not be sent.
"use strict";

const form = document.querySelector("form[data-hashes]");
if (form && window.crypto && window.crypto.subtle) {
  for (const part of form.querySelectorAll("[data-only-script]")) part.hidden = false;
  form.querySelector("[data-hash]").addEventListener("click", async (event) => {
    const input = form.elements.report;
    if (!input.files.length) return; // the page then says what is missing
    event.preventDefault();
    const digest = await crypto.subtle.digest("SHA-256", await input.files[0].arrayBuffer());
    form.elements.sha256.value = Array.from(new Uint8Array(digest))
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    input.disabled = true; // what is disabled is not sent
    form.submit();
  });
}
