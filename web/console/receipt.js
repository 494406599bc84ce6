// The day by which an answer is due: one month after a request was received. Computed here, sent nowhere.

import { element, sentence, written } from "./texts.js";

// One calendar month later: the same day of the next month, or its last day where it has no such day.
export function monthLater(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day, last))).toISOString().slice(0, 10);
}

const today = () => {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())).toISOString().slice(0, 10);
};

let received = ""; // kept while the page shows one call, so that it survives from card to card

export function forgetReceipt() {
  received = "";
}

// The field and its answer; without a valid date, no answer.
export function receiptField() {
  const box = element("div", "receipt");
  const label = element("label", "", sentence("received"));
  label.htmlFor = "received";
  label.append(" ", element("kbd", "", "R"));
  const field = element("input", "form-control form-control-sm");
  Object.assign(field, { type: "date", id: "received", value: received, min: "2000-01-01", max: "2999-12-31" });
  field.setAttribute("aria-describedby", "due-hint");
  const due = element("p", "due");
  due.setAttribute("role", "status");
  const hint = element("p", "soft", sentence("due-hint"));
  hint.id = "due-hint";
  const show = () => {
    received = field.value;
    const day = received && monthLater(received);
    due.textContent = day ? sentence(day < today() ? "due-past" : "due", { date: written(day) }) : "";
  };
  field.addEventListener("input", show);
  show();
  box.append(label, field, due, hint);
  return box;
}
