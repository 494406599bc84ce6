// The free question: a customer's sentence as said, what it was understood to ask, and how sure that is.

import { ask, CallError } from "./api.js";
import { button, element, sentence } from "./texts.js";

const percent = (share) => Math.round(share * 100);

// `line` are the chips; `open(topic, line)` opens a card for what was read in the sentence; `failed(error)` for a lost session.
export function freeQuestion(dialog, line, open, failed) {
  const form = dialog.querySelector("form");
  const field = dialog.querySelector("textarea");
  const box = dialog.querySelector("#question-answer");

  const choice = ({ topic, title, share }, known) => {
    const node = button(title, "", () => {
      dialog.close();
      open(topic, known);
    }, "btn btn-sm btn-outline-secondary choice");
    if (share !== undefined) node.append(" ", element("span", "", sentence("percent", { percent: percent(share) })));
    return node;
  };

  const show = (answer) => {
    const head = element("p", "understood", sentence("confidence", { level: sentence(`level-${answer.level}`), percent: percent(answer.confidence) }));
    const parts = [element("h3", "", sentence(answer.topics.length ? "asks-about" : "no-topic")), head];
    parts.push(...answer.topics.map((one) => choice(one, answer.line)));
    if (answer.reply) parts.push(element("p", "told", answer.reply.text));
    if (answer.entities.length) {
      const named = answer.entities.map(({ value }) => document.querySelector("#texts").content.querySelector(`[data-text="${value}"]`)?.textContent);
      const list = [...new Set(named.filter(Boolean))].join(", ");
      if (list) parts.push(element("p", "soft", sentence("heard", { list })));
    }
    if (answer.next.length) parts.push(element("h3", "", sentence("or-else")), ...answer.next.map((one) => choice(one, answer.line)));
    box.replaceChildren(...parts);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    try {
      const { settled, ...known } = line.chosen;
      show(await ask({ text, ...known }));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.kind === "signed-out") failed(error);
      else box.replaceChildren(element("p", "problem", error.sentence || sentence(error.kind)));
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  dialog.addEventListener("close", () => {
    field.value = "";
    box.replaceChildren();
  });
}
