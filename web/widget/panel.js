// The launcher and the panel: what they are made of, how they open, close and move the focus. Nothing here knows what is said.

import { button, element, icon } from "./dom.js";
import { sentence } from "./texts.js";

const SMALL = "(max-width: 480px)";
const TOUCH = "(pointer: coarse)";

function iconButton(name, action, attributes = {}) {
  const node = button("", action, { class: "icon", ...attributes });
  node.append(icon(name), element("span", { class: "unseen" }, sentence(name)));
  return node;
}

function buildComposer() {
  const problem = element("div", { class: "problem", hidden: "" });
  const status = element("p", { class: "status", role: "status" });
  const field = element("textarea", {
    id: "message", rows: "2", enterkeyhint: "send", spellcheck: "true", "aria-describedby": "hint counter",
  });
  const counter = element("p", { id: "counter", "aria-live": "polite" });
  const send = element("button", { type: "submit", class: "primary" }, sentence("send"));
  const form = element("form", { autocomplete: "off", novalidate: "" });
  form.append(
    problem,
    status,
    element("label", { for: "message" }, sentence("field")),
    element("div", { class: "row" }, field, send),
    element("p", { id: "hint" }, sentence("hint")),
    counter,
  );
  return { problem, status, field, counter, form };
}

function buildMenu(entries, closeMenu) {
  const list = element("ul", { class: "menu", id: "menu", hidden: "" });
  for (const entry of entries) {
    entry.addEventListener("click", closeMenu);
    list.append(element("li", {}, entry));
  }
  return list;
}

// `intro` is shown above the log; `menuEntries` are buttons and links; `onOpen` is called when the person has opened the panel.
export function createPanel({ root, intro, menuEntries, position, onOpen }) {
  const badge = element("span", { class: "badge" });
  const launcher = button("", () => open(), { class: "launcher", "aria-haspopup": "dialog" });
  launcher.append(
    icon("chat"),
    element("span", {}, element("span", { class: "subject" }, sentence("launcher-subject"), " "), element("span", { class: "invitation" }, sentence("launcher")), badge),
  );

  const heading = element("h2", { id: "title", tabindex: "-1" }, sentence("title"));
  const menuButton = iconButton("menu", () => toggleMenu(menu.hidden), {
    "aria-expanded": "false", "aria-controls": "menu",
  });
  const menu = buildMenu(menuEntries, () => toggleMenu(false));
  const skip = element("a", { class: "skip", href: "#message" }, sentence("skip"));
  const log = element("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": sentence("log") });
  const composer = buildComposer();
  const scroller = element(
    "div",
    { class: "scroller", role: "region", tabindex: "0", "aria-label": sentence("scroller") },
    intro,
    log,
  );
  const dialog = element("dialog", {
    class: "panel", lang: "fr", "aria-labelledby": "title", "aria-describedby": "machine", tabindex: "-1",
  });
  dialog.append(
    skip,
    element(
      "div",
      { class: "head" },
      element("div", {}, heading, element("p", {}, sentence("subtitle"))),
      menuButton,
      menu,
      iconButton("close", () => close()),
    ),
    scroller,
    composer.form,
  );
  const frame = element(
    "div",
    { class: `frame ${position}`, lang: "fr", role: "region", "aria-label": sentence("region") },
    launcher,
    dialog,
  );
  root.append(frame);

  const phone = matchMedia(SMALL);
  const isModal = () => dialog.matches(":modal");

  function toggleMenu(shown) {
    menu.hidden = !shown;
    menuButton.setAttribute("aria-expanded", String(shown));
  }

  // On a phone the panel covers the page, so the page is out of reach; elsewhere both stay at hand.
  function show() {
    if (phone.matches) dialog.showModal();
    else dialog.show();
    dialog.setAttribute("aria-modal", String(phone.matches));
  }

  function open() {
    show();
    launcher.hidden = true;
    // On a touch screen, the keyboard would cover what is to be read first.
    (matchMedia(TOUCH).matches ? heading : composer.field).focus({ preventScroll: true });
    onOpen();
  }

  function close() {
    if (!dialog.open) return;
    toggleMenu(false);
    dialog.close();
    launcher.hidden = false;
    launcher.focus();
  }

  function escape() {
    if (menu.hidden) close();
    else {
      toggleMenu(false);
      menuButton.focus();
    }
  }

  skip.addEventListener("click", (event) => {
    event.preventDefault();
    composer.field.focus();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    escape();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    escape();
  });
  // The page's shortcuts are not meant for what is typed here.
  for (const kind of ["keydown", "keypress", "keyup"]) frame.addEventListener(kind, (event) => event.stopPropagation());
  // Focus that leaves the menu for the panel closes it, as a click beside it does.
  dialog.addEventListener("focusin", (event) => {
    if (!menu.hidden && !menu.contains(event.target) && event.target !== menuButton) toggleMenu(false);
  });
  phone.addEventListener("change", () => {
    if (!dialog.open) return;
    const focused = root.activeElement;
    dialog.close();
    show();
    focused?.focus({ preventScroll: true });
  });
  // The keyboard of a phone covers part of the page without making it smaller; a magnified page is left alone.
  window.visualViewport?.addEventListener("resize", () => {
    const { height, scale } = window.visualViewport;
    if (isModal() && scale === 1) dialog.style.setProperty("--visible", `${Math.round(height)}px`);
    else dialog.style.removeProperty("--visible");
  });

  return {
    ...composer,
    dialog,
    log,
    scroller,
    badge,
    close,
    // Whether the person is at the panel, as far as the browser can tell.
    isWatched: () => dialog.open && document.hasFocus() && (isModal() || root.activeElement !== null),
    // After a choice: ready to type, but without opening the keyboard of a touch screen over the answer.
    focusAfterChoice() {
      const target = matchMedia(TOUCH).matches ? dialog : composer.field;
      target.focus({ preventScroll: true });
    },
  };
}
