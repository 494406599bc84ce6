// The same topic in both countries, side by side; words that one text alone holds are marked.

import { element, sentence, written } from "./texts.js";

export function passage({ section, excerpt, spans }, marked) {
  const quote = element("blockquote", "passage");
  if (excerpt === null) quote.append(element("p", "withheld", sentence("withheld")));
  else {
    const words = element("p", "words");
    if (marked) words.append(...spans.map(({ text, same }) => element(same ? "span" : "mark", "", text)));
    else words.textContent = excerpt;
    quote.append(words);
  }
  quote.append(element("p", "section", sentence("section", { section })));
  return quote;
}

export function coverage(side) {
  return element("span", `coverage ${side.coverage}`, sentence(`coverage-${side.coverage}`));
}

export function dated(side) {
  return sentence("updated", { name: side.name, date: written(side.policy.updated) });
}

export function sideBySide(sides) {
  const box = element("div", "compare");
  box.append(element("p", "soft", sentence("compare-legend")));
  const columns = element("div", "columns");
  for (const side of sides) {
    const column = element("section", "side");
    const title = element("h3", "", side.name);
    title.id = `side-${side.country}`;
    column.setAttribute("aria-labelledby", title.id);
    column.dataset.country = side.country;
    column.append(title, coverage(side), element("p", "soft", dated(side)), element("p", "lead", side.lead));
    if (side.not_said) column.append(element("p", "not-said", side.not_said));
    column.append(...side.passages.map((one) => passage(one, true)));
    if (!side.passages.length) column.append(element("p", "soft", sentence("silent-side")));
    columns.append(column);
  }
  box.append(columns);
  return box;
}
