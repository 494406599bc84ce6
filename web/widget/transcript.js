// Keeping the conversation: as a text file or on paper. Nothing leaves the device.

import { element } from "./dom.js";
import { frenchDate, sentence } from "./texts.js";

// `turns` are {author, text} in their order.
export function saveTranscript(turns) {
  const title = sentence("saved-title", { date: frenchDate(new Date()) });
  const said = turns.flatMap(({ author, text }) => [`${author}\u00a0:`, text, ""]);
  const lines = [title, sentence("saved-note"), "", ...said];
  // The mark tells old editors that the file is UTF-8.
  const file = new Blob([`\ufeff${lines.join("\r\n").replace(/\r?\n/gu, "\r\n")}`], { type: "text/plain;charset=utf-8" });
  const url = URL.createObjectURL(file);
  element("a", { href: url, download: sentence("saved-file") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// Prints a copy of the conversation and nothing of the page around it, which gets its own look back afterwards.
export function printTranscript(root, log) {
  const copy = log.cloneNode(true);
  copy.removeAttribute("role");
  copy.removeAttribute("aria-live");
  copy.querySelectorAll("button, .feedback, .choices, .unseen").forEach((node) => node.remove());
  const title = sentence("saved-title", { date: frenchDate(new Date()) });
  const paper = element("div", { class: "paper", "aria-hidden": "true" });
  paper.append(element("h1", {}, title), element("p", {}, sentence("saved-note")), copy);
  const around = new CSSStyleSheet();
  around.replaceSync(`@media print { body > :not(${root.host.localName}) { display: none !important; } }`);
  root.append(paper);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, around];
  const restore = () => {
    paper.remove();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== around);
  };
  window.addEventListener("afterprint", restore, { once: true });
  window.print();
}
