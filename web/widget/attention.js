// Tells a person who looks elsewhere that a reply has come: in the page's title and on the launcher.

import { sentence } from "./texts.js";

export function createAttention(badge) {
  let count = 0;
  let original = "";
  let ours = "";

  function show() {
    badge.textContent = count ? ` ${sentence(count > 1 ? "unread-many" : "unread", { count })}` : "";
  }

  return {
    call() {
      // The page may have changed its title meanwhile: that one is to come back.
      if (document.title !== ours) original = document.title;
      count += 1;
      ours = sentence("title-unread", { count, title: original });
      document.title = ours;
      ours = document.title;
      show();
    },
    end() {
      if (!count) return;
      if (document.title === ours) document.title = original;
      count = 0;
      ours = "";
      show();
    },
  };
}
