// The page's sentences, which all stand in its HTML (template "texts"), and small elements made of text alone.

export function sentence(name, values = {}) {
  const text = document.getElementById("texts").content.querySelector(`[data-text="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/gu, (_, key) => values[key]);
}

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A button with the key that does the same.
export function button(text, key, act, className = "btn btn-sm btn-outline-secondary") {
  const node = element("button", className, text);
  node.type = "button";
  if (key) node.append(" ", element("kbd", "", key));
  node.addEventListener("click", act);
  return node;
}

const DAY = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

// A date given as 2021-05-06, as French writes it.
export function written(iso) {
  return DAY.format(new Date(`${iso}T00:00:00Z`)).replace(/^1 /u, "1er ");
}
