// The page's conversation: what is typed, what is waiting for an answer, and what to do when no answer comes.
// All its sentences stand in index.html, in the template "texts".

import { ApiError, closeConversation, openConversation, say } from "./api.js";
import { element, renderChoices, renderReply } from "./reply.js";

const LIMIT = 1000; // characters in a message, as the assistant accepts them
const COUNT_FROM = 800; // below, a counter would only be noise
const SEARCHING_AFTER_MS = 700; // a faster answer needs no notice that one is being looked for

const byId = (id) => document.getElementById(id);
const [log, field, form] = [byId("log"), byId("message"), byId("composer")];
const [problem, status, counter, country] = [byId("problem"), byId("status"), byId("counter"), byId("country")];
const restart = byId("restart");

function sentence(name, values = {}) {
  const text = byId("texts").content.querySelector(`[data-text="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/gu, (_, key) => values[key]);
}

let sender = null; // the open conversation, known to this page's memory alone
let pending = null; // the message sent and not answered yet: {text, id, bubble}
let inFlight = false;
let waiting = 0; // timer of an automatic re-send

function bubble(author, content) {
  const message = element("div", `message ${author}`);
  message.append(element("p", "author", sentence(author)), content);
  log.append(message);
  return message;
}

function showProblem(text, actionName, action) {
  problem.replaceChildren(element("p", "", text));
  if (action) {
    const button = element("button", "", sentence(actionName));
    button.type = "button";
    button.addEventListener("click", () => {
      field.focus();
      action();
    });
    problem.append(button);
  }
  problem.hidden = false;
}

function clearProblem() {
  clearTimeout(waiting);
  problem.hidden = true;
  problem.replaceChildren();
  field.removeAttribute("aria-invalid");
}

function retireChoices() {
  for (const button of log.querySelectorAll(".choices button")) button.disabled = true;
}

// Counted in code points, as the assistant counts them, not in UTF-16 units.
function count() {
  const typed = [...field.value.trim()].length;
  const over = typed > LIMIT;
  counter.classList.toggle("over", over);
  if (over) counter.textContent = sentence("over", { limit: LIMIT, count: typed - LIMIT });
  else counter.textContent = typed >= COUNT_FROM ? sentence("left", { limit: LIMIT, count: LIMIT - typed }) : "";
  return { typed, over };
}

function refusedWhileBusy() {
  if (inFlight) status.textContent = sentence("busy");
  return inFlight;
}

function send(shown, message = shown) {
  clearProblem();
  status.textContent = "";
  if (pending) giveUp();
  retireChoices();
  country.hidden = true;
  restart.hidden = false;
  pending = { text: message, id: crypto.randomUUID(), bubble: bubble("you", element("p", "body", shown)) };
  pending.bubble.scrollIntoView({ block: "start" });
  deliver();
}

function giveUp() {
  pending.bubble.append(element("p", "unsent", sentence("unsent")));
  pending = null;
}

async function deliver() {
  const asked = pending;
  clearProblem();
  inFlight = true;
  const searching = setTimeout(() => { status.textContent = sentence("searching"); }, SEARCHING_AFTER_MS);
  try {
    sender ??= await openConversation(chosenCountry());
    const messages = await say(sender, asked.text, asked.id);
    pending = null;
    showReply(messages, asked.bubble);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    explain(error);
  } finally {
    clearTimeout(searching);
    status.textContent = "";
    inFlight = false;
  }
}

function chosenCountry() {
  return country.querySelector("input:checked").value || null;
}

function showReply(messages, question) {
  const content = element("div");
  content.append(renderReply(messages, sentence("notice")));
  const choices = renderChoices(messages, sentence("choices"), choose);
  if (choices) content.append(choices);
  bubble("assistant", content);
  question.scrollIntoView({ block: "start" });
}

function choose(title, payload) {
  if (refusedWhileBusy()) return;
  // On a touch screen, focusing the field would open the keyboard over the answer.
  if (matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
  send(title, payload);
}

// The message stays pending: "Réessayer" sends it again under the same identifier, so it is never answered twice.
function explain(error) {
  if (error.kind === "expired") {
    sender = null;
    showProblem(sentence("expired"), "reopen", deliver);
  } else if (error.kind === "wait") {
    showProblem(sentence("waiting", { seconds: error.seconds }));
    waiting = setTimeout(deliver, error.seconds * 1000);
  } else if (error.kind === "refused") {
    giveUp(); // the same message would be refused again: only the person can change it
    showProblem(error.sentence || sentence("failed"));
  } else {
    showProblem(error.sentence || sentence(error.kind), "retry", deliver);
  }
  log.lastElementChild.scrollIntoView({ block: "start" });
}

async function startAgain() {
  if (refusedWhileBusy()) return;
  const leaving = sender;
  [sender, pending] = [null, null];
  clearProblem();
  log.replaceChildren();
  country.hidden = false;
  restart.hidden = true;
  field.value = "";
  count();
  field.focus();
  window.scrollTo(0, 0);
  if (leaving === null) return;
  status.textContent = await closeConversation(leaving).then(
    () => sentence("erased"),
    (error) => (error.kind === "expired" ? sentence("erased") : error.sentence || sentence("not-erased")),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  field.focus();
  const { typed, over } = count();
  if (over || !typed) {
    field.setAttribute("aria-invalid", "true");
    if (!typed) status.textContent = sentence("empty");
  } else if (!refusedWhileBusy()) {
    const text = field.value.trim();
    field.value = "";
    count();
    send(text);
  }
});

field.addEventListener("keydown", (event) => {
  // While an input method composes a word, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

field.addEventListener("input", () => {
  field.removeAttribute("aria-invalid");
  if (!inFlight) status.textContent = "";
  count();
});

restart.addEventListener("click", startAgain);

// The conversation's identifier dies with the page: what it named is erased at once rather than at its expiration.
window.addEventListener("pagehide", (event) => {
  if (sender !== null && !event.persisted) closeConversation(sender, true).catch(() => {});
});
