// The agents' page: search, card, keys and dialogs put together.

import * as api from "./api.js";
import { answerText, renderCard } from "./card.js";
import { announce, copy, tell } from "./copying.js";
import { watchSession } from "./idle.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { Memory } from "./memory.js";
import { freeQuestion } from "./question.js";
import { forgetReceipt } from "./receipt.js";
import { Search } from "./search.js";
import { button, element, sentence, written } from "./texts.js";

const byId = (id) => document.getElementById(id);
const pane = byId("card");
const welcome = byId("welcome");

let card = null; // the card on the screen
let compared = false;
let opening = null; // the card that is on its way

const line = new Line(byId("chips"), byId("line-note"), () => search.text.length > 0, () => chipsChanged());
const memory = new Memory(byId("recent"), byId("pinned"), (topic) => open(topic));
const search = new Search({
  field: byId("search"),
  list: byId("results"),
  empty: byId("results-empty"),
  notes: byId("notes"),
  line,
  open: (result) => open(result.topic),
  answered: leaveStaleCard,
  failed,
});

// A card holds for one line. Once the line is another, its address may be the wrong one: the card goes.
function leaveStaleCard() {
  if (card && JSON.stringify(parts(card.line)) !== JSON.stringify(parts(line.decided))) show(null);
}

const parts = ({ country, offers, customer }) => [country, offers, customer].map((part) => (Array.isArray(part) ? [...part].sort() : part));

function failed(error) {
  if (!(error instanceof api.CallError)) throw error;
  if (error.kind === "signed-out") return signedOut();
  const box = element("div", "problem");
  box.append(element("p", "", error.sentence || sentence(error.kind)), button(sentence("retry"), "", () => search.refresh()));
  byId("notes").replaceChildren(box);
}

function signedOut() {
  show(null);
  search.clear();
  line.clear();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  byId("signed-out").showModal();
}

async function chipsChanged() {
  const topic = card?.topic;
  if (search.text) await search.refresh();
  if (topic) await open(topic, { keepFocus: true });
}

async function open(topic, { keepFocus = false } = {}) {
  opening?.abort();
  const running = (opening = new AbortController());
  try {
    const found = await api.openCard({ topic, ...line.decided }, running.signal);
    if (running.signal.aborted) return;
    if (!keepFocus) compared = false;
    if (!search.text) line.show(found.line, []);
    show(found);
    memory.opened({ topic, title: found.title });
    if (!keepFocus) pane.scrollTop = 0;
    if (!keepFocus || !document.activeElement || document.activeElement === document.body) pane.focus({ preventScroll: true });
    tell(sentence("opened", { title: found.title }));
  } catch (error) {
    if (!running.signal.aborted) failed(error);
  }
}

function show(found) {
  card = found;
  pane.replaceChildren(found ? renderCard(found, { compared, pinned: memory.holds(found.topic) }, acts) : welcome);
}

const acts = {
  copyAnswer: () => copy(answerText(card), sentence("copied-answer")),
  copyContacts: (contacts) => {
    if (!contacts.length) return announce(sentence("no-address"));
    const text = contacts.map((contact) => contact.text).join("\n");
    return copy(text, sentence(contacts.length > 1 ? "copied-addresses" : "copied-address", { text: text.replaceAll("\n", " ; ") }));
  },
  showScript: () => {
    const script = byId("script");
    if (!script) return;
    script.open = !script.open;
    script.querySelector("summary").focus();
    script.scrollIntoView({ block: "nearest" });
  },
  showSource: () => {
    if (compared) acts.compare();
    byId("source")?.focus();
    byId("source")?.scrollIntoView({ block: "start" });
  },
  openLetter: () => {
    if (!card.letters.length) return announce(sentence("no-letter"));
    window.open(card.letters[0].pdf, "_blank", "noopener");
  },
  compare: () => {
    compared = !compared;
    show(card);
    pane.focus({ preventScroll: true });
  },
  pin: () => {
    announce(sentence(memory.toggle({ topic: card.topic, title: card.title }) ? "pinned" : "unpinned"));
    show(card);
    pane.focus({ preventScroll: true });
  },
  open: (topic) => open(topic),
  answer: (says) => line.take(says),
};

// What needs a card says so where there is none.
const onCard = (act) => () => (card ? act() : announce(sentence("no-card")));

function newCall() {
  search.clear();
  line.clear();
  forgetReceipt();
  compared = false;
  show(null);
  search.focus();
  announce(sentence("cleared"));
}

const openDialog = (id) => byId(id).showModal();

listen({
  line,
  search,
  on: () => byId("keys-on").checked,
  escape: (inField) => {
    if (!inField) search.focus();
    else if (search.field.value) search.clear();
    else newCall();
  },
  acts: {
    "/": () => search.focus(),
    "?": () => openDialog("help"),
    q: () => openDialog("question"),
    c: onCard(() => acts.copyAnswer()),
    a: onCard(() => acts.copyContacts(card.contacts)),
    p: onCard(() => acts.showScript()),
    s: onCard(() => acts.showSource()),
    l: onCard(() => acts.openLetter()),
    d: onCard(() => acts.compare()),
    g: onCard(() => acts.pin()),
    r: onCard(() => byId("received")?.focus()),
  },
});

byId("new-call").addEventListener("click", newCall);
byId("open-help").addEventListener("click", () => openDialog("help"));
byId("open-question").addEventListener("click", () => openDialog("question"));
byId("leave").addEventListener("click", () => api.signOut().then(({ then }) => location.assign(then), failed));
for (const closing of document.querySelectorAll("[data-close]")) closing.addEventListener("click", () => closing.closest("dialog").close());
byId("signed-out").addEventListener("cancel", (event) => event.preventDefault());

freeQuestion(byId("question"), line, (topic, known) => {
  search.clear();
  line.adopt(known);
  open(topic);
}, failed);

async function begin() {
  const { idle_seconds: idleSeconds } = await api.session();
  watchSession(idleSeconds, byId("idle"), signedOut);
  const { topics, policies } = await api.start();
  byId("policies").textContent = policies.map(({ name, updated }) => sentence("policy", { name, date: written(updated) })).join(" · ");
  byId("topics").append(...topics.map(({ topic, title }) => {
    const item = element("li");
    item.append(button(title, "", () => open(topic), "link"));
    return item;
  }));
  search.focus();
}

begin().catch(failed);
