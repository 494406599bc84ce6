// The page's keys. A key of one character acts outside text fields alone, and can be switched off (WCAG 2.1.4).

import { COUNTRY_KEYS } from "./line.js";

const inText = (node) => node.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

// `acts`: by key, what it does; `line`: the chips; `search`: the look-up; `escape(inField)`; `on()`: whether single keys act.
export function listen({ acts, line, search, escape, on }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const act = find(event);
    if (!act) return;
    event.preventDefault();
    act();
  });

  function find({ key, target }) {
    if (key === "Escape") return () => escape(target === search.field);
    if (COUNTRY_KEYS[key]) return () => line.toggleCountry(COUNTRY_KEYS[key]);
    if (inText(target) || !on()) return null;
    if (/^[1-5]$/u.test(key)) return () => search.pick(Number(key) - 1);
    return acts[key.length === 1 ? key.toLowerCase() : key] ?? (key.length === 1 ? line.byKey(key) : null);
  }
}
