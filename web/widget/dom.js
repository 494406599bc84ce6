// Making elements. Whatever a reply or a person wrote becomes a text node, never markup.

import { sentence } from "./texts.js";

// Characters that would turn the words around them, or that end a string for some readers.
const MISLEADING = /[\u0000\u202a-\u202e\u2066-\u2069]/gu;

function plain(child) {
  return typeof child === "string" ? child.replace(MISLEADING, "") : child;
}

// Children are elements or strings; strings become text nodes.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.map(plain));
  return node;
}

export function button(text, action, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", action);
  return node;
}

// Leaving the page would end the conversation, so links open beside it, and say so.
export function link(text, href, unseen = "") {
  const more = element("span", { class: "unseen" }, `${unseen} ${sentence("new-tab")}`);
  return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text, more);
}

const SHAPES = {
  chat: "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm3 4v2h10V8zm0 4v2h7v-2z",
  menu: "M4 6h16v2H4zm0 5h16v2H4zm0 5h16v2H4z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
};

// Decoration only: what it stands for is always said in words beside it.
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  path.setAttribute("d", SHAPES[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}
