"use strict";
// Buttons that copy a field: shown where scripts run. Without leave to write the clipboard the field is selected.
for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch {
      // it is selected: Ctrl-C copies it
    }
  });
}
