// The clipboard, and saying aloud and on the screen what was done.

import { sentence } from "./texts.js";

const SHOWN_MS = 3500;
let hiding = 0;

// A status for those who hear the page.
export function tell(text) {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}

// The same, and for those who see it a note that goes away.
export function announce(text) {
  const toast = document.getElementById("toast");
  tell(text);
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { toast.hidden = true; }, SHOWN_MS);
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    announce(done);
  } catch {
    announce(sentence("not-copied"));
  }
}
