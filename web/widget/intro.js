// What a person is told before the first word, the choice of the country where the page does not know it, and questions
// to begin with.

import { button, element, link } from "./dom.js";
import { POLICIES, frenchDate, sentence } from "./texts.js";

const STARTERS = ["starter-1", "starter-2", "starter-3"];

function policyItem({ operator, title, updated }) {
  const date = element("time", { datetime: updated }, frenchDate(updated));
  return element("li", {}, sentence("policy", { operator, title }), date, ".");
}

function radio(value, name, detail, checked) {
  const input = element("input", { type: "radio", name: "country", value });
  input.checked = checked;
  const label = element("label", {}, input, ` ${name}`);
  if (detail) label.append(element("span", { class: "detail" }, detail));
  return label;
}

function countryChoice() {
  const optional = element("span", { class: "optional" }, sentence("optional"));
  return element(
    "fieldset",
    {},
    element("legend", {}, `${sentence("country")} `, optional),
    ...Object.entries(POLICIES).map(([value, { operator, territory }]) => radio(value, operator, territory, false)),
    radio("", sentence("country-unknown"), "", true),
  );
}

// `origin` is the assistant's own, where it says what it keeps; `node` is the whole intro; `country()` the country given by the page or chosen here, null when it is not known;
// `begin(true)` hides what only serves before the first word.
export function createIntro(given, origin, ask) {
  const policies = given ? [POLICIES[given]] : Object.values(POLICIES);
  const choice = given ? null : countryChoice();
  const starters = element("div", { class: "choices", role: "group", "aria-label": sentence("starters") });
  for (const name of STARTERS) starters.append(button(sentence(name), () => ask(sentence(name))));
  const first = element("p", { id: "machine" });
  first.append(
    element("strong", {}, sentence("machine")),
    ` ${sentence(given ? "rests-on-one" : "rests-on-both")}`,
  );
  const node = element("section", { class: "intro", "aria-labelledby": "intro-title" });
  node.append(
    element("h3", { id: "intro-title" }, sentence("intro-title")),
    first,
    element("ul", {}, ...policies.map(policyItem)),
    element("p", {}, sentence("purpose")),
    element("p", {}, sentence("kept")),
    element("p", {}, link(sentence("privacy"), `${origin}/confidentialite`)),
    ...(choice ? [choice] : []),
    starters,
  );
  return {
    node,
    country: () => given ?? (choice.querySelector("input:checked").value || null),
    begin(begun) {
      if (choice) choice.hidden = begun;
      starters.hidden = begun;
    },
  };
}
