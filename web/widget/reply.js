// Turns a reply of the assistant into elements. The joined `text` of its messages is the complete reply; `custom` only
// tells what each line of it is (quoted policy, contact, notice), so nothing is shown twice and nothing is left out.

import { renderContact } from "./contacts.js";
import { button, element, link } from "./dom.js";
import { POLICIES, frenchDate, sentence } from "./texts.js";

const LETTER = /^\/courriers\/[a-z0-9_]+(?:[/.-][a-z0-9_]+)*\.(?:pdf|txt)$/u;

const squeeze = (text) => text.replace(/\s+/gu, " ").trim();
const unquoted = (line) => squeeze(line).replace(/^«\s*/u, "").replace(/\s*»$/u, "");
const string = (value) => (typeof value === "string" ? value : "");
const objects = (value) => (Array.isArray(value) ? value : []).filter((item) => item !== null && typeof item === "object");

// The fields as strings; an item without the first of them says nothing.
function fields(value, ...names) {
  const items = objects(value).map((item) => Object.fromEntries(names.map((name) => [name, string(item[name])])));
  return items.filter((item) => squeeze(item[names[0]]));
}

// What is shown of a reply. It comes over the network: whatever does not have its shape is left out.
export function readReply(messages) {
  const parts = objects(messages);
  const custom = objects(parts.map((part) => part.custom))[0] ?? {};
  return {
    text: parts.map((part) => string(part.text)).filter(Boolean).join("\n\n"),
    choices: parts.flatMap((part) => fields(part.buttons, "title", "payload")).filter((choice) => choice.payload),
    status: string(custom.status),
    asks: Boolean(custom.asks),
    policy: { id: string(custom.policy?.id), updated: string(custom.policy?.updated) },
    sources: fields(custom.sources, "excerpt", "section", "policy"),
    contacts: fields(custom.contacts, "text", "kind"),
    notices: fields(custom.notices, "text", "source"),
    letters: fields(custom.letters, "title", "pdf", "text"),
  };
}

// Gives the function that tells what a line of the text is, knowing the kind of the line before it: "quote", its
// "section" (with the source), "contact" (with the contact), "notice" or "plain".
function classifier({ sources, contacts, notices }) {
  const excerpts = sources.map((source) => squeeze(source.excerpt));
  const said = notices.flatMap((notice) => [squeeze(notice.text), squeeze(notice.source)]).filter(Boolean);
  return (line, previous) => {
    const words = squeeze(line);
    // A sentence of ours may repeat the policy word for word: a quotation opens with its mark.
    if ((words.startsWith("«") || previous === "quote") && excerpts.some((excerpt) => excerpt.includes(unquoted(line)))) {
      return { kind: "quote" };
    }
    if (previous === "quote" && words.startsWith("(")) {
      const source = sources.find(({ section }) => squeeze(section) && words.includes(squeeze(section)));
      if (source) return { kind: "section", source };
    }
    if (said.length && (words.startsWith(sentence("notice")) || said.some((notice) => words.includes(notice)))) {
      return { kind: "notice" };
    }
    const contact = contacts.find(({ text }) => words.includes(squeeze(text)));
    return contact ? { kind: "contact", contact } : { kind: "plain" };
  };
}

const CONTAINERS = { quote: "blockquote", notice: "div", contact: "div", plain: "div" };

function container(kind) {
  const box = element(CONTAINERS[kind], { class: kind });
  if (kind === "notice") {
    box.setAttribute("role", "note");
    box.setAttribute("aria-label", sentence("notice"));
  }
  return box;
}

// A quotation of one policy bears its date; where two are quoted, the line above each says which and when.
function origin(source, policy) {
  const { section } = source;
  const known = Object.values(POLICIES).find(({ id }) => id === source.policy);
  const date = policy.id === source.policy ? frenchDate(policy.updated) : "";
  const words = known && date ? sentence("section-of", { section, operator: known.operator, date }) : sentence("section", { section });
  return element("p", { class: "origin" }, element("cite", {}, words));
}

function addContact(box, line, contact, say) {
  const words = squeeze(contact.text);
  const at = line.indexOf(words);
  const before = line.slice(0, at).replace(/^- /u, "").trim();
  const after = line.slice(at + words.length).trim();
  if (before) box.append(element("p", {}, before));
  box.append(renderContact({ ...contact, text: words }, say));
  if (/[\p{L}\p{N}]/u.test(after)) box.append(element("p", {}, after));
}

function addNotice(box, line) {
  const title = new RegExp(`^(${sentence("notice")}[^:]*?)\\s*:\\s*(.+)$`, "u").exec(line.trim());
  if (title) box.append(element("p", { class: "notice-title" }, title[1]));
  box.append(element("p", {}, title ? title[2] : line.trim()));
}

// Lines become paragraphs, and lists where they start with "- "; lines of one kind that follow each other share a box.
// `say` announces what a button of the reply did.
export function renderReply(reply, say) {
  const kindOf = classifier(reply);
  const body = element("div", { class: "body" });
  let box = null;
  let block = null;
  let previous = "";

  for (const line of reply.text.split("\n")) {
    if (!line.trim()) {
      block = null;
      continue;
    }
    const { kind, contact, source } = kindOf(line, previous);
    if (kind === "section") {
      box.append(origin(source, reply.policy));
      previous = kind;
      continue;
    }
    if (previous !== kind || (kind === "quote" && line.trim().startsWith("«"))) {
      body.append(box = container(kind));
      block = null;
    }
    previous = kind;
    if (kind === "contact") {
      addContact(box, squeeze(line), contact, say);
    } else if (kind === "notice") {
      addNotice(box, line);
    } else if (/^\s*- /u.test(line)) {
      if (block?.tagName !== "UL") box.append(block = element("ul"));
      block.append(element("li", {}, line.replace(/^\s*- /u, "").trim()));
    } else if (block?.tagName === "P") {
      block.append(element("br"), line.trim());
    } else {
      box.append(block = element("p", {}, line.trim()));
    }
  }
  if (body.firstElementChild?.className === "plain") body.firstElementChild.classList.add("lead");
  return body;
}

// The ready letters, from the assistant's own address and nowhere else; null when there is none.
export function renderLetters(letters, assistant) {
  const known = letters.filter(({ pdf, text }) => LETTER.test(pdf) && LETTER.test(text));
  if (!known.length) return null;
  const list = element("ul");
  for (const { title, pdf, text } of known) {
    list.append(element(
      "li",
      {},
      element("span", { class: "letter-title" }, title),
      link(sentence("letter-pdf"), assistant + pdf, ` - ${title}`),
      link(sentence("letter-text"), assistant + text, ` - ${title}`),
    ));
  }
  return element("div", { class: "letters" }, element("p", { class: "label" }, sentence("letters")), list);
}

// The choices of a reply, as real buttons in one named group; null when it offers none.
export function renderChoices(choices, choose) {
  if (!choices.length) return null;
  const group = element("div", { class: "choices", role: "group", "aria-label": sentence("choices") });
  for (const { title, payload } of choices) group.append(button(title, () => choose(title, payload)));
  return group;
}

// Asks once; the answer is thanked for where it was given, whether or not it could be counted. The thanks are heard because
// they get the focus of the button that goes away, so the log must not announce them a second time.
export function renderFeedback(send) {
  const group = element("div", {
    class: "feedback", role: "group", "aria-live": "off", "aria-label": sentence("helpful"),
  });
  const answer = (helpful) => () => {
    group.replaceChildren(element("p", { tabindex: "-1" }, sentence("thanks")));
    group.firstElementChild.focus({ preventScroll: true });
    send(helpful);
  };
  group.append(
    element("p", {}, sentence("helpful")),
    button(sentence("yes"), answer(true), { class: "small" }),
    button(sentence("no"), answer(false), { class: "small" }),
  );
  return group;
}
