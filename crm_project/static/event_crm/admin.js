/* Suggestions for text filters, the browser's list of time zones, and the box that ticks all others. */
"use strict";

const SUGGESTION_DELAY = 150;

function listFor(input) {
  if (!input.list) {
    const list = document.createElement("datalist");
    list.id = `${input.id || input.name}-values`;
    input.after(list);
    input.setAttribute("list", list.id);
  }
  return input.list;
}

function fill(list, values) {
  list.replaceChildren(...values.map((value) => new Option(value, value)));
}

function suggest(input) {
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const address = `${location.pathname}suggest/${input.dataset.suggest}/?text=${encodeURIComponent(input.value)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok) fill(listFor(input), (await answer.json()).values);
    }, SUGGESTION_DELAY);
  });
}

function tickAll(label) {
  label.hidden = false;
  label.querySelector("input").addEventListener("change", (event) => {
    document.querySelectorAll(`input[name="${label.dataset.tickAll}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("label[data-tick-all]").forEach(tickAll);
  document.querySelectorAll("input[data-suggest]").forEach(suggest);
  document.querySelectorAll("input[data-zones]").forEach((input) => {
    fill(listFor(input), ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])]);
  });
});
