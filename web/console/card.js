// A card: what is on the screen while the customer waits. It shows what the server decided and decides nothing itself.

import { coverage, dated, passage, sideBySide } from "./compare.js";
import { receiptField } from "./receipt.js";
import { button, element, sentence, written } from "./texts.js";

function headed(tag, title, className = "") {
  const section = element("section", className);
  section.append(element(tag, "", title));
  return section;
}

function noticeBox(notice) {
  const box = headed("h3", sentence("notice"), "notice");
  box.append(element("p", "", notice.text),
    element("p", "soft", sentence("notice-source", { source: notice.source.replace(/\.$/u, ""), date: written(notice.checked_on) })));
  return box;
}

function contactBox(contact, copy) {
  const box = element("div", "contact");
  box.append(element("p", "for", contact.offers || sentence(`kind-${contact.kind}`)));
  const address = element("address", "", contact.text);
  address.dataset.contact = contact.id;
  box.append(address);
  if (contact.spoken !== contact.text) box.append(element("p", "soft", sentence("spoken", { text: contact.spoken })));
  box.append(button(sentence("copy"), "", () => copy([contact])));
  return box;
}

function contactsSection(card, { copyContacts, answer }) {
  const section = headed("h3", sentence(card.line.country === "mali" ? "contacts-mali" : "contacts"), "contacts");
  section.append(...card.contacts.map((contact) => contactBox(contact, copyContacts)));
  section.append(...card.remarks.map((remark) => element("p", "remark", remark)));
  if (card.question) {
    const box = element("div", "decide");
    box.setAttribute("role", "group");
    const question = element("p", "", card.question.text);
    question.id = "decide";
    box.setAttribute("aria-labelledby", question.id);
    box.append(question, ...card.question.choices.map(({ title, says }) => button(title, "", () => answer(says))));
    section.append(box);
  }
  return section;
}

function formalitiesSection(card) {
  const section = headed("h3", sentence("formalities"), "formalities");
  section.append(...card.formalities.map(({ lead, passages }) => {
    const item = element("div", "formality");
    const sections = passages.map(({ section: name }) => sentence("section", { section: name }));
    item.append(element("p", "", lead), element("p", "section", [...new Set(sections)].join(", ")));
    return item;
  }));
  section.append(receiptField());
  return section;
}

function lettersSection(letters) {
  const section = headed("h3", sentence("letters"), "letters");
  const list = element("ul");
  for (const { title, pdf, text } of letters) {
    const item = element("li");
    for (const [name, href] of [["letter-pdf", pdf], ["letter-text", text]]) {
      const link = element("a", "", sentence(name, { title }));
      Object.assign(link, { href, target: "_blank", rel: "noopener" });
      item.append(link, " ");
    }
    list.append(item);
  }
  section.append(list);
  return section;
}

// The answer as it is pasted into a letter or a mail to the customer.
export function answerText(card) {
  const [side] = card.sides;
  const contacts = card.contacts.map(({ offers, kind, text }) =>
    (offers ? sentence("answer-contact-offers", { offers, text }) : sentence("answer-contact", { kind: sentence(`kind-${kind}`), text })));
  const policy = sentence("answer-policy", { title: side.policy.title, date: written(side.policy.updated) });
  // An address that is out of date never leaves without the notice that says so.
  const notices = card.notices.map(({ text, checked_on: day }) => sentence("answer-notice", { text, date: written(day) }));
  const parts = [side.lead, side.not_said, ...notices, ...contacts, ...card.remarks, ...card.formalities.map(({ lead }) => lead), policy];
  return parts.filter(Boolean).join("\n");
}

// `acts`: copyAnswer, copyContacts(contacts), showScript, showSource, openLetter, compare, pin, open(topic), answer(says);
// `view`: {compared, pinned}.
export function renderCard(card, view, acts) {
  const [own] = card.sides;
  const decided = card.line.country === own.country;
  const box = element("article", "card-body");
  const title = element("h2", "", card.title);
  title.id = "card-title";
  const head = element("header", "card-head");
  head.append(title);
  if (decided) {
    const about = element("p", "soft", dated(own));
    about.append(" · ", element("span", "version", sentence("version", { version: own.version, base: card.base_version })));
    head.append(coverage(own), about);
  }
  const bar = element("div", "bar");
  const add = (name, key, act, shown = true) => { if (shown) bar.append(button(sentence(name), key, act)); };
  add("copy-answer", "C", acts.copyAnswer, decided);
  add("copy-address", "A", () => acts.copyContacts(card.contacts), card.contacts.length > 0);
  add("script", "P", acts.showScript, Boolean(card.script));
  add("source", "S", acts.showSource, decided);
  add("letter", "L", acts.openLetter, card.letters.length > 0);
  if (decided) {
    const toggle = button(sentence("compare"), "D", acts.compare);
    toggle.setAttribute("aria-pressed", String(view.compared));
    bar.append(toggle);
  }
  add(view.pinned ? "unpin" : "pin", "G", acts.pin);
  box.append(head, bar);
  box.append(...card.notices.filter((notice) => notice.before_contacts).map(noticeBox));
  if (decided && !view.compared) {
    const said = element("div", "said");
    said.append(element("p", "lead", own.lead));
    if (own.not_said) {
      const not = headed("h3", sentence("not-said"), "not-said");
      not.append(element("p", "", own.not_said));
      said.append(not);
    }
    box.append(said);
  }
  if (card.contacts.length || card.remarks.length || card.question) box.append(contactsSection(card, acts));
  if (!decided || view.compared) box.append(sideBySide(card.sides));
  box.append(...card.notices.filter((notice) => !notice.before_contacts).map(noticeBox));
  if (card.formalities.length || card.topic.startsWith("exercise")) box.append(formalitiesSection(card));
  if (card.script) {
    const script = element("details", "script");
    script.id = "script";
    script.append(element("summary", "", sentence("script-title")), element("p", "", card.script));
    box.append(script);
  }
  if (decided && !view.compared && own.passages.length) {
    const source = headed("h3", sentence("passages"), "source");
    source.id = "source";
    source.tabIndex = -1;
    source.append(...own.passages.map((one) => passage(one, false)));
    source.append(...card.contacts.flatMap(({ passages }) => passages).map((one) => passage(one, false)));
    box.append(source);
  }
  if (card.letters.length) box.append(lettersSection(card.letters));
  if (card.next.length) {
    const next = headed("h3", sentence("next"), "next");
    next.append(...card.next.map(({ topic, title: name }) => button(name, "", () => acts.open(topic))));
    box.append(next);
  }
  return box;
}
