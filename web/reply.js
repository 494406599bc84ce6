// Turns a reply of the assistant into elements. The joined `text` of its messages is the complete reply; `custom` only
// tells what each line of it is (quoted policy, contact, notice), so nothing is shown twice and nothing is left out.
// textContent alone is used: whatever a reply or a person wrote is shown as text, never as markup.

const squeeze = (text) => text.replace(/\s+/gu, " ").trim();
const unquoted = (line) => squeeze(line).replace(/^«\s*/u, "").replace(/\s*»$/u, "");

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Gives the function that tells what a line of the text is, knowing the kind of the line before it: "quote", its
// "section", "contact" (with the contact), "notice" or "plain".
function classifier(custom, noticeTitle) {
  const sources = custom.sources ?? [];
  const contacts = custom.contacts ?? [];
  const excerpts = sources.map((source) => squeeze(source.excerpt));
  const notices = (custom.notices ?? []).flatMap((notice) => [squeeze(notice.text), squeeze(notice.source)]);
  return (line, previous) => {
    const words = squeeze(line);
    // A sentence of ours may repeat the policy word for word: a quotation opens with its mark.
    if ((words.startsWith("«") || previous === "quote") && excerpts.some((excerpt) => excerpt.includes(unquoted(line)))) {
      return { kind: "quote" };
    }
    if (previous === "quote" && words.startsWith("(") && sources.some(({ section }) => words.includes(squeeze(section)))) {
      return { kind: "section" };
    }
    if (notices.length && (words.startsWith(noticeTitle) || notices.some((notice) => words.includes(notice)))) {
      return { kind: "notice" };
    }
    const contact = contacts.find(({ text }) => words.includes(squeeze(text)));
    return contact ? { kind: "contact", contact } : { kind: "plain" };
  };
}

const CONTAINERS = { quote: "blockquote", notice: "aside", contact: "div", plain: "div" };

// Lines become paragraphs, and lists where they start with "- "; lines of one kind that follow each other share a box.
export function renderReply(messages, noticeTitle) {
  const text = messages.map((message) => message.text ?? "").filter(Boolean).join("\n\n");
  const custom = messages.find((message) => message.custom)?.custom ?? {};
  const kindOf = classifier(custom, noticeTitle);
  const body = element("div", "body");
  let box = null;
  let block = null;
  let previous = "";

  const add = (tag, content, joined) => {
    if (joined) block.textContent += `\n${content}`;
    else box.append(block = element(tag, "", content));
  };

  for (const line of text.split("\n")) {
    if (!line.trim()) {
      block = null;
      continue;
    }
    const { kind, contact } = kindOf(line, previous);
    const opens = kind === "quote" && line.trim().startsWith("«");
    if (kind === "section") {
      box.append(element("p", "section", line.trim()));
    } else if (previous !== kind || opens) {
      body.append(box = element(CONTAINERS[kind], kind));
      block = null;
    }
    previous = kind;
    if (kind === "section") continue;
    if (kind === "contact") {
      addContact(box, squeeze(line), squeeze(contact.text));
      block = null;
    } else if (/^\s*- /u.test(line)) {
      if (block?.tagName !== "UL") box.append(block = element("ul"));
      block.append(element("li", "", line.replace(/^\s*- /u, "").trim()));
    } else {
      add("p", line.trim(), block?.tagName === "P");
    }
  }
  return body;
}

function addContact(box, line, contact) {
  const at = line.indexOf(contact);
  const before = line.slice(0, at).replace(/^- /u, "").trim();
  const after = line.slice(at + contact.length).trim();
  if (before) box.append(element("p", "", before));
  box.append(element("address", "", contact));
  if (/[\p{L}\p{N}]/u.test(after)) box.append(element("p", "", after));
}

// The buttons of a reply, as real buttons in one named group; null when it offers none.
export function renderChoices(messages, label, choose) {
  const buttons = messages.flatMap((message) => message.buttons ?? []);
  if (!buttons.length) return null;
  const group = element("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  for (const { title, payload } of buttons) {
    const button = element("button", "", title);
    button.type = "button";
    button.addEventListener("click", () => choose(title, payload));
    group.append(button);
  }
  return group;
}
