/* The door: what is typed, tapped or scanned is answered without loading the page anew. Without this, forms do it. */
"use strict";

const SEARCH_DELAY = 200;
const SCAN_EVERY = 250;
const SAME_CODE_AGAIN = 4000;
const LOOKS_LIKE_TICKET = /\/tickets\/|^[\w-]{20,}\.[\w-]*$/;
const FOUND = ".crm-door-row, .crm-empty";

document.addEventListener("DOMContentLoaded", () => {
  const door = document.getElementById("door");
  if (!door) return;
  const form = document.getElementById("door-form");
  const input = document.getElementById("door-text");
  const part = document.getElementById("door-part");
  let asked = 0;
  let waiting;

  /* What is said of somebody stays until something is said of somebody else, however fast the next name is typed. */
  function show(html, { searched, late }) {
    const said = searched && part.querySelector(".crm-verdict");
    const found = late ? part.querySelectorAll(FOUND) : [];
    part.innerHTML = html;
    if (late) part.querySelectorAll(FOUND).forEach((row) => row.remove());
    part.append(...found);
    if (!said) return;
    said.classList.add("crm-verdict-past");
    said.setAttribute("aria-live", "off");
    part.querySelector(".crm-door-count").after(said);
  }

  /* Send ``body``, or search where there is none, and show what the server answers: to a search unless something was
     asked since. Who is signed out by now is led to the sign-in. */
  async function ask(body) {
    const turn = ++asked;
    const late = () => turn !== asked;
    const query = body ? "" : `?${new URLSearchParams({ text: input.value })}`;
    try {
      const answer = await fetch(location.pathname + query, {
        method: body ? "POST" : "GET",
        body,
        headers: { "X-Requested-With": "door" },
      });
      if (answer.redirected || !answer.ok) return location.reload();
      const html = await answer.text();
      if (body || !late()) show(html, { searched: !body, late: late() });
    } catch {
      if (body || !late()) part.textContent = door.dataset.failed;
    }
    if (body) navigator.vibrate?.(part.querySelector(".crm-verdict-bad") ? [200, 100, 200] : 60);
  }

  function sent(code) {
    const body = new FormData(form);
    body.set("text", code);
    return ask(body);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    const text = input.value.trim();
    const ticket = LOOKS_LIKE_TICKET.test(text);
    if (ticket) input.value = "";
    await sent(text);
    if (ticket) input.focus();
  });

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (LOOKS_LIKE_TICKET.test(input.value)) return;
    waiting = setTimeout(() => ask(null), SEARCH_DELAY);
  });

  part.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    ask(new FormData(event.target, event.submitter));
  });

  watchWithCamera(document.getElementById("door-camera"), document.getElementById("door-video"), sent);
});

/* Offer the camera where the browser reads QR codes by itself. */
async function watchWithCamera(button, video, sent) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const last = { code: "", at: 0 };
  button.hidden = false;

  async function look() {
    if (!video.srcObject) return;
    const [found] = await detector.detect(video).catch(() => []);
    const now = Date.now();
    if (found && (found.rawValue !== last.code || now - last.at > SAME_CODE_AGAIN)) {
      Object.assign(last, { code: found.rawValue, at: now });
      await sent(found.rawValue);
    } else if (found) last.at = now;
    setTimeout(look, SCAN_EVERY);
  }

  button.addEventListener("click", async () => {
    if (video.srcObject) {
      video.srcObject.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    } else {
      const camera = { video: { facingMode: "environment" } };
      video.srcObject = await navigator.mediaDevices.getUserMedia(camera).catch(() => null);
      if (video.srcObject) await video.play();
      look();
    }
    video.hidden = !video.srcObject;
  });
}
