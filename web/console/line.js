// The customer's line: country, offer and situation, as chips that are always in sight. What was read in the text is
// shown on them and goes with it; what the agent sets stays until the next call.

import { button, element, sentence } from "./texts.js";

const OFFERS = { mobile: "M", open: "O", internet: "I", fixe: "F", tv: "T", obs: "B", mobile_entreprise: "E" };
const CUSTOMERS = ["sosh", "pro", "not_obs", "former", "none", "offer_unknown"];
export const COUNTRY_KEYS = { F2: "caraibe", F3: "mali" };
const HELD = new Set(["caraibe", "mali"]);

const EMPTY = { country: null, offers: [], customer: [] };
const copy = ({ country, offers, customer }) => ({ country, offers: [...offers], customer: [...customer] });

// `typed` tells whether a text stands in the search field; `changed` is called when a chip was pressed.
export class Line {
  constructor(box, note, typed, changed) {
    Object.assign(this, { box, note, typed, changed });
    this.chips = new Map();
    this.several = false;
    this.#draw();
    this.clear();
  }

  // What goes with a look-up.
  get chosen() {
    return { ...this.set, settled: [...this.settled] };
  }

  // What a card is asked for.
  get decided() {
    return { ...copy(this.line), country: HELD.has(this.line.country) ? this.line.country : null };
  }

  clear() {
    this.set = copy(EMPTY);
    this.settled = new Set();
    this.several = false;
    this.show(EMPTY, []);
  }

  // The text is gone, and with it what was read there.
  forgetText() {
    this.settled.clear();
    this.show(this.set, []);
  }

  // Show the line as the server understood it.
  show(line, disagreements) {
    this.line = copy(line);
    for (const [value, chip] of this.chips) {
      const [part, name] = value.split(":");
      const on = part === "country" ? line.country === name : line[part].includes(name);
      const set = part === "country" ? this.set.country === name : this.set[part].includes(name);
      chip.setAttribute("aria-pressed", String(on));
      chip.querySelector(".read").textContent = on && !set ? sentence("read") : "";
      chip.title = on && !set ? sentence("read-title") : "";
    }
    this.severalChip.setAttribute("aria-pressed", String(this.several));
    const notes = disagreements.map((part) => sentence(`disagree-${part}`));
    if (["elsewhere", "both"].includes(line.country)) notes.push(sentence(line.country));
    this.note.textContent = notes.join(" ");
  }

  toggleCountry(country) {
    this.set.country = this.line.country === country ? null : country;
    this.#settle("country");
  }

  toggleOffer(offer) {
    const { offers } = this.line;
    if (offers.includes(offer)) this.set.offers = offers.filter((held) => held !== offer);
    else this.set.offers = this.several ? [...offers, offer] : [offer];
    this.set.customer = this.line.customer.filter((word) => word !== "offer_unknown");
    this.#settle("offer");
  }

  toggleCustomer(word) {
    const { customer } = this.line;
    this.set.customer = customer.includes(word) ? customer.filter((held) => held !== word) : [...customer, word];
    this.set.offers = word === "offer_unknown" ? [] : [...this.line.offers];
    this.#settle("offer");
  }

  toggleSeveral() {
    this.several = !this.several;
    this.severalChip.setAttribute("aria-pressed", String(this.several));
  }

  // What an answer to a question says: values by kind of entity.
  take(says) {
    if (says.country) {
      this.set.country = HELD.has(says.country[0]) ? says.country[0] : null;
      this.settled.add("country");
    }
    if (says.offer || says.customer) {
      this.set.offers = [...(says.offer ?? this.line.offers)];
      this.set.customer = [...new Set([...this.line.customer, ...(says.customer ?? [])])];
      this.settled.add("offer");
    }
    this.#settle();
  }

  // What was read elsewhere, taken over as if the agent had set it.
  adopt(line) {
    this.set = { ...copy(line), country: HELD.has(line.country) ? line.country : null };
    this.show(this.set, []);
  }

  byKey(key) {
    if (key === "+") return () => this.toggleSeveral();
    const offer = Object.keys(OFFERS).find((name) => OFFERS[name] === key.toUpperCase());
    return offer && (() => this.toggleOffer(offer));
  }

  #settle(part) {
    if (part && this.typed()) this.settled.add(part);
    this.show(this.set, []);
    this.changed();
  }

  #draw() {
    const chip = (value, key, act) => {
      const node = button(sentence(value.split(":")[1]), key, act, "chip");
      node.append(element("span", "read"));
      this.chips.set(value, node);
      return node;
    };
    const several = (this.severalChip = button(sentence("several"), "+", () => this.toggleSeveral(), "chip plain"));
    const countries = Object.entries(COUNTRY_KEYS).map(([key, name]) =>
      chip(`country:${name}`, key, () => this.toggleCountry(name)));
    const offers = Object.entries(OFFERS).map(([name, key]) => chip(`offers:${name}`, key, () => this.toggleOffer(name)));
    const customers = CUSTOMERS.map((name) => chip(`customer:${name}`, "", () => this.toggleCustomer(name)));
    for (const [title, chips] of [["country", countries], ["offer", [...offers, several]], ["situation", customers]]) {
      const group = element("div", "group");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", sentence(title));
      group.append(element("span", "group-name", sentence(title)), ...chips);
      this.box.append(group);
    }
  }
}
