// Recent and pinned cards: topics alone, in this page's memory alone.

import { button, element } from "./texts.js";

const MOST_RECENT = 6;

export class Memory {
  constructor(recentBox, pinnedBox, open) {
    Object.assign(this, { recentBox, pinnedBox, open });
    this.recent = [];
    this.pinned = [];
  }

  opened(card) {
    this.recent = [card, ...this.recent.filter(({ topic }) => topic !== card.topic)].slice(0, MOST_RECENT);
    this.#draw();
  }

  holds(topic) {
    return this.pinned.some((card) => card.topic === topic);
  }

  // Returns whether the card is pinned now.
  toggle(card) {
    const held = this.holds(card.topic);
    this.pinned = held ? this.pinned.filter(({ topic }) => topic !== card.topic) : [...this.pinned, card];
    this.#draw();
    return !held;
  }

  #draw() {
    for (const [box, cards] of [[this.recentBox, this.recent.filter(({ topic }) => !this.holds(topic))], [this.pinnedBox, this.pinned]]) {
      box.hidden = !cards.length;
      box.querySelector("ul").replaceChildren(...cards.map(({ topic, title }) => {
        const item = element("li");
        item.append(button(title, "", () => this.open(topic), "link"));
        return item;
      }));
    }
  }
}
