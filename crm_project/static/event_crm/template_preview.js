/* The mail that a form describes, filled in for the chosen person while it is written. */
"use strict";

const PREVIEW_DELAY = 300;
const PREVIEWED = ["subject", "html", "text", "person"];

function showPreview(section, mail) {
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const fault = part("fault");
  fault.hidden = !mail.fault;
  fault.textContent = mail.fault ?? "";
  if (mail.fault) return;
  part("subject").textContent = mail.subject;
  part("text").textContent = mail.text;
  part("html").hidden = !mail.html;
  if (part("html").srcdoc !== mail.html) part("html").srcdoc = mail.html;
}

/* What the server answers; where it answers something else, such as the page to sign in, or nothing: that as a fault. */
async function fetchPreview(section, body) {
  try {
    const answer = await fetch(section.dataset.templatePreview, { method: "POST", body });
    if (answer.ok) return await answer.json();
  } catch {
    // No connection, or no JSON: said below, as any other answer is.
  }
  return { fault: section.dataset.unreachable };
}

function livePreview(section) {
  const form = section.closest("form");
  let waiting;
  let asked = 0;
  const ask = async () => {
    const number = (asked += 1);
    const body = new FormData();
    PREVIEWED.forEach((name) => body.append(name, form.elements[name]?.value ?? section.dataset[name] ?? ""));
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const mail = await fetchPreview(section, body);
    if (number === asked) showPreview(section, mail);
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PREVIEW_DELAY);
  };
  form.addEventListener("input", later);
  // The list of people tells jQuery alone of its changes.
  django.jQuery(form).on("change", later);
  ask();
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-template-preview]").forEach(livePreview);
});
