// The session's end: a warning two minutes before, and a page without content after it.

import { idleFor, session } from "./api.js";

const WARN_MS = 120_000;
const LOOK_EVERY_MS = 5000;

// `lost()` is called when the session is over.
export function watchSession(idleSeconds, dialog, lost) {
  const limit = idleSeconds * 1000;
  const looking = setInterval(() => {
    const left = limit - idleFor();
    if (left <= 0) {
      clearInterval(looking);
      dialog.close();
      lost();
    } else if (left <= Math.min(WARN_MS, limit / 2)) {
      if (!dialog.open) dialog.showModal();
    } else if (dialog.open) {
      dialog.close();
    }
  }, Math.min(LOOK_EVERY_MS, limit / 4));
  dialog.querySelector("#stay").addEventListener("click", () => session().then(() => dialog.close(), lost));
}
