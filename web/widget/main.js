// Puts the widget into the page: one closed button in a shadow root, and nothing asked of anybody until it is opened.

import { createApi } from "./api.js";
import { createAttention } from "./attention.js";
import { createChat } from "./chat.js";
import { button, link } from "./dom.js";
import { createIntro } from "./intro.js";
import { createPanel } from "./panel.js";
import { readSettings } from "./settings.js";
import { CSS } from "./css.js";
import { sentence } from "./texts.js";

const NAME = "assistant-donnees";

function start(settings) {
  if (document.querySelector(NAME)) {
    console.warn("widget.js is in this page twice: once is enough.");
    return;
  }
  const host = document.createElement(NAME);
  host.id = NAME; // a page may lead to it with a link
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const intro = createIntro(settings.country, settings.origin, (text) => chat.ask(text));
  const person = settings.person
    ? link(sentence("person"), settings.person)
    : button(sentence("person"), () => chat.ask(sentence("ask-person")));
  const menuEntries = [
    button(sentence("restart"), () => chat.restart()),
    button(sentence("save"), () => chat.save()),
    button(sentence("print"), () => chat.print()),
    person,
    button(sentence("close"), () => panel.close()),
  ];
  const panel = createPanel({ root, intro: intro.node, menuEntries, position: settings.position, onOpen: () => attention.end() });
  const attention = createAttention(panel.badge);
  const api = createApi(settings.origin);
  const chat = createChat({ settings, api, root, panel, intro, attention });

  const lookAgain = () => {
    if (panel.isWatched()) attention.end();
  };
  window.addEventListener("focus", lookAgain);
  document.addEventListener("visibilitychange", lookAgain);
  for (const kind of ["focusin", "pointerdown"]) panel.dialog.addEventListener(kind, () => attention.end());
  document.body.append(host);
}

// The tag is known only while the script runs for the first time.
const settings = readSettings(document.currentScript);
if (document.body) start(settings);
else document.addEventListener("DOMContentLoaded", () => start(settings), { once: true });
