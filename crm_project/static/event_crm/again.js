/* Too many came at once: press the same button again, when the server said. Without this, people do it. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-again]");
  const button = [...(form?.elements ?? [])].find((one) => one.name === "step" && one.value === form.dataset.step);
  if (!button) return;
  document.getElementById("again").hidden = false;
  setTimeout(() => form.requestSubmit(button), 1000 * form.dataset.again);
});
