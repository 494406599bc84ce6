// The conversation: what is typed, what waits for an answer, and what to do when none comes. It lives in this page's memory.

import { ApiError } from "./api.js";
import { button, element, link } from "./dom.js";
import { readReply, renderChoices, renderFeedback, renderLetters, renderReply } from "./reply.js";
import { printTranscript, saveTranscript } from "./transcript.js";
import { sentence } from "./texts.js";

const LIMIT = 1000; // characters in a message, as the assistant accepts them
const COUNT_FROM = 800; // below, a counter would only be noise
const SEARCHING_AFTER_MS = 700; // a faster answer needs no notice that one is being looked for
const MOST_RESENDS = 3; // by itself; then the person decides
const HELPFUL_AFTER = ["answered", "not_in_policy"];

// 128 random bits: `crypto.randomUUID` does not exist on pages without TLS.
function newMessageId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function createChat({ settings, api, root, panel, intro, attention }) {
  const { log, field, form, problem, status, counter } = panel;
  let sender = null; // the open conversation
  let pending = null; // the message sent and not answered yet: {text, id, shown, bubble, resends}
  let inFlight = false;
  let offline = false; // the pending message waits for the network to come back
  let ticking = 0; // timer of an automatic re-send
  let turns = []; // what was said, for the person to keep: {author, text}
  let generation = 0; // of conversations: an answer to one that was erased is not shown

  function say(words) {
    status.textContent = words;
  }

  function bubble(author, content) {
    const message = element("div", { class: `message ${author}` });
    message.append(element("p", { class: "author" }, sentence(author)), content);
    log.append(message);
    return message;
  }

  function reveal(node) {
    node.scrollIntoView({ block: "start" });
  }

  function clearProblem() {
    clearInterval(ticking);
    offline = false;
    problem.hidden = true;
    problem.replaceChildren();
    field.removeAttribute("aria-invalid");
  }

  function showProblem(words, ...more) {
    problem.replaceChildren(element("p", { role: "alert" }, words), ...more);
    problem.hidden = false;
  }

  function offer(name, action) {
    return button(sentence(name), () => {
      field.focus();
      action();
    });
  }

  // Seconds tick for the eye alone: heard each time, they would drown everything else.
  function resendIn(seconds, words) {
    const clock = element("p", { role: "timer", "aria-live": "off" });
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left > 0) clock.textContent = sentence("countdown", { seconds: left });
      else deliver();
    };
    pending.resends += 1;
    showProblem(words, clock);
    tick();
    ticking = setInterval(tick, 1000);
  }

  function retire() {
    for (const choice of log.querySelectorAll(".choices button")) choice.disabled = true;
    for (const question of log.querySelectorAll(".feedback:has(button)")) question.remove();
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
    if (inFlight) say(sentence("busy"));
    return inFlight;
  }

  function send(shown, text = shown) {
    clearProblem();
    say("");
    if (pending) giveUp();
    retire();
    intro.begin(true);
    const body = element("p", { class: "said" }, shown);
    pending = { text, shown, id: newMessageId(), bubble: bubble("you", body), resends: 0 };
    turns.push({ author: sentence("you"), text: shown });
    reveal(pending.bubble);
    deliver();
  }

  function giveUp() {
    pending.bubble.append(element("p", { class: "unsent" }, sentence("unsent")));
    pending = null;
  }

  async function deliver() {
    const asked = pending;
    const mine = generation;
    clearProblem();
    inFlight = true;
    panel.dialog.classList.add("busy");
    const searching = setTimeout(() => say(sentence("searching")), SEARCHING_AFTER_MS);
    try {
      sender ??= await api.open(intro.country(), settings.offer);
      const messages = await api.say(sender, asked.text, asked.id);
      if (mine !== generation) return;
      const reply = readReply(messages);
      if (!reply.text) throw new ApiError("failed");
      pending = null;
      showReply(reply, asked.bubble);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === generation) explain(error);
    } finally {
      clearTimeout(searching);
      panel.dialog.classList.remove("busy");
      if (status.textContent === sentence("searching")) say("");
      inFlight = false;
    }
  }

  function showReply(reply, question) {
    const content = element("div", { class: "card" }, renderReply(reply, say));
    const mine = sender;
    const extras = [
      renderLetters(reply.letters, settings.origin),
      reply.status === "handoff" && settings.person ? element("p", {}, link(sentence("person"), settings.person)) : null,
      renderChoices(reply.choices, choose),
      // A reply that ends with a question is not finished: too early to ask whether it helped.
      HELPFUL_AFTER.includes(reply.status) && !reply.asks
        ? renderFeedback((helpful) => api.feedback(mine, helpful).catch(() => {}))
        : null,
    ];
    content.append(...extras.filter(Boolean));
    bubble("assistant", content);
    turns.push({ author: sentence("assistant"), text: reply.text });
    if (!panel.isWatched()) attention.call();
    reveal(question);
  }

  function choose(title, payload) {
    if (refusedWhileBusy()) return;
    panel.focusAfterChoice();
    send(title, payload);
  }

  // The message stays pending: sent again under the same identifier, it is never answered twice.
  function explain(error) {
    const again = offer("retry", deliver);
    if (error.kind === "expired") {
      sender = null;
      showProblem(sentence("expired"), offer("reopen", deliver));
    } else if (error.kind === "refused") {
      takeBack(error.sentence || sentence("failed"));
    } else if (error.seconds && pending.resends < MOST_RESENDS) {
      resendIn(error.seconds, sentence(error.kind === "too-many" ? "too-many" : "try-again"));
    } else if (error.kind === "network" && !navigator.onLine) {
      showProblem(sentence("offline"), again);
      offline = true;
    } else {
      showProblem(error.sentence || sentence(error.kind === "too-many" ? "failed" : error.kind), again);
    }
    if (log.lastElementChild) reveal(log.lastElementChild);
  }

  // The same message would be refused again: only the person can change it, so it goes back to where it was typed.
  function takeBack(words) {
    const { text, shown, bubble: refused } = pending;
    if (text === shown && !field.value.trim()) {
      refused.remove();
      turns.pop();
      pending = null;
      field.value = shown;
      count();
      field.setAttribute("aria-invalid", "true");
    } else {
      giveUp();
    }
    showProblem(words);
  }

  async function restart() {
    const leaving = sender;
    generation += 1;
    [sender, pending, turns] = [null, null, []];
    clearProblem();
    log.replaceChildren();
    intro.begin(false);
    field.value = "";
    count();
    panel.focusAfterChoice();
    panel.scroller.scrollTo(0, 0);
    say(sentence("erased"));
    if (leaving === null) return;
    const failure = await api.close(leaving).then(() => null, (error) => error);
    if (failure && failure.kind !== "expired") say(failure.sentence || sentence("not-erased"));
  }

  function submit(event) {
    event.preventDefault();
    field.focus();
    const { typed, over } = count();
    if (over || !typed) {
      field.setAttribute("aria-invalid", "true");
      if (!typed) say(sentence("empty"));
    } else if (!refusedWhileBusy()) {
      const text = field.value.trim();
      field.value = "";
      count();
      send(text);
    }
  }

  function typed() {
    field.removeAttribute("aria-invalid");
    if (!inFlight) say("");
    count();
  }

  function networkCameBack() {
    if (panel.dialog.open) say(sentence("online-now"));
    if (offline && !inFlight) deliver();
  }

  form.addEventListener("submit", submit);
  field.addEventListener("input", typed);
  field.addEventListener("keydown", (event) => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  window.addEventListener("online", networkCameBack);
  window.addEventListener("offline", () => {
    if (panel.dialog.open) say(sentence("offline-now"));
  });
  // The conversation's identifier dies with the page: what it named is erased at once rather than at its expiration. A page
  // that the browser may show again keeps it.
  window.addEventListener("pagehide", (event) => {
    if (sender !== null && !event.persisted) api.close(sender, true).catch(() => {});
  });

  return {
    ask: (text) => choose(text, text),
    restart,
    save: () => saveTranscript(turns),
    print: () => printTranscript(root, log),
  };
}
