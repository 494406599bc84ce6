// An address one can copy, a site one can open, a number one can call. Links are built from a checked pattern alone.

import { button, element, link } from "./dom.js";
import { sentence } from "./texts.js";

const SITE = /^www(?:\.[a-z0-9-]+)+\.[a-z]{2,}$/u;
const PHONE = /^(.*?)(\+?\d(?:[ .]?\d){2,14})$/u;

function withTextarea(place, text) {
  const area = element("textarea", { class: "unseen", readonly: "", "aria-hidden": "true" });
  area.value = text;
  place.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

async function copy(text, address, trigger, say) {
  // The clipboard is refused to pages without TLS, in frames, or by the person.
  const asked = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
  const copied = await asked.then(() => true, () => withTextarea(address.parentNode, text));
  if (!copied) getSelection().selectAllChildren(address);
  else trigger.focus({ preventScroll: true });
  say(sentence(copied ? "copied" : "selected"));
}

export function renderContact({ kind, text }, say) {
  const box = element("div", { class: "contact-way" });
  const address = element("address");
  box.append(address);
  const phone = kind === "phone" && PHONE.exec(text);
  if (kind === "web" && SITE.test(text)) {
    address.append(link(text, `https://${text}`));
  } else if (phone) {
    const [, before, number] = phone;
    address.append(element("span", {}, before), element("a", { href: `tel:${number.replace(/[ .]/gu, "")}` }, number));
  } else {
    address.append(element("span", {}, text));
  }
  if (kind === "postal") {
    const trigger = button(sentence("copy"), () => copy(text, address, trigger, say), { class: "small" });
    box.append(trigger);
  }
  return box;
}
