// The search field and its list: a combobox with a listbox (WAI-ARIA Authoring Practices). Requests that a later key
// makes stale are dropped.

import { lookUp } from "./api.js";
import { element, sentence } from "./texts.js";

const DEBOUNCE_MS = 25;
const SHORTEST = 2; // characters
const PICKABLE = 5;

// `line` are the chips, `open(result)` opens a card, `answered()` and `failed(error)` are told
// what came of a look-up.
export class Search {
  constructor({ field, list, empty, notes, line, open, answered, failed }) {
    Object.assign(this, { field, list, empty, notes, line, open, answered, failed });
    this.results = [];
    this.active = -1;
    this.running = null;
    this.pending = Promise.resolve();
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("keydown", (event) => this.#pressed(event));
  }

  get text() {
    return this.field.value.trim();
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  clear() {
    this.field.value = "";
    this.#typed();
  }

  // Look up what stands in the field, at once; resolves when its results are shown.
  refresh(delay = 0) {
    clearTimeout(this.timer);
    this.running?.abort();
    this.pending = new Promise((done) => {
      this.timer = setTimeout(() => this.#lookUp().then(done), delay);
    });
    return this.pending;
  }

  // Open the result at a place of the list.
  pick(place) {
    if (this.results[place]) this.open(this.results[place]);
  }

  #typed() {
    if (this.text.length < SHORTEST) {
      clearTimeout(this.timer);
      this.running?.abort();
      this.#show([]);
      this.notes.replaceChildren();
      this.empty.textContent = this.empty.dataset.first ?? this.empty.textContent;
      if (!this.text) this.line.forgetText();
      this.answered();
    } else {
      this.refresh(DEBOUNCE_MS);
    }
  }

  async #lookUp() {
    if (this.text.length < SHORTEST) return;
    const running = (this.running = new AbortController());
    try {
      const answer = await lookUp({ text: this.text, ...this.line.chosen }, running.signal);
      if (running.signal.aborted) return;
      this.line.show(answer.line, answer.disagreements);
      this.#tell(answer);
      this.#show(answer.results);
      this.answered();
    } catch (error) {
      if (!running.signal.aborted) this.failed(error);
    }
  }

  #tell({ reply, understood }) {
    const notes = [];
    if (reply) {
      const box = element("div", "told");
      box.append(element("strong", "", sentence(`status-${reply.status}`)), element("p", "", reply.text));
      notes.push(box);
    }
    if (!understood) notes.push(element("p", "told", sentence("words-only")));
    this.notes.replaceChildren(...notes);
  }

  #show(results) {
    this.results = results;
    this.list.replaceChildren(...results.map((result, place) => this.#option(result, place)));
    this.field.setAttribute("aria-expanded", String(results.length > 0));
    this.empty.dataset.first ??= this.empty.textContent;
    this.empty.textContent = sentence("results-none");
    this.empty.hidden = results.length > 0;
    this.list.hidden = !results.length;
    this.#activate(results.length ? 0 : -1);
  }

  #option(result, place) {
    const option = element("li", `result of-${result.kind}`);
    option.id = `result-${place}`;
    option.setAttribute("role", "option");
    const kind = result.kind === "topic" ? "" : sentence(`kind-${result.kind}`);
    const head = element("p", "head");
    if (place < PICKABLE) head.append(element("kbd", "", String(place + 1)), " ");
    head.append(element("span", "title", result.title));
    const detail = result.detail || (result.kind === "contact" ? sentence("contact-hidden") : "");
    const countries = result.countries.length === 1 ? sentence(result.countries[0]) : "";
    const silent = result.coverage === "silent" ? sentence("coverage-silent") : "";
    const foot = [kind, countries, silent, sentence(`why-${result.why}`)].filter(Boolean).join(" · ");
    option.append(head, element("p", "detail", detail), element("p", "foot", foot));
    option.addEventListener("click", () => this.pick(place));
    return option;
  }

  #activate(place) {
    this.active = place;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) this.field.removeAttribute("aria-activedescendant");
    else {
      this.field.setAttribute("aria-activedescendant", `result-${place}`);
      this.list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  #pressed(event) {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (move && this.results.length) {
      event.preventDefault();
      this.#activate((this.active + move + this.results.length) % this.results.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // The results of the last key may still be on their way.
      const moved = this.active > 0;
      if (moved) this.pick(this.active);
      else this.pending.then(() => this.pick(Math.max(0, this.active)));
    }
  }
}
