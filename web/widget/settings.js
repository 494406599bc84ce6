// What the script's tag says. A value that nobody knows is ignored, and said once in the console of whoever pasted it.

import { POLICIES } from "./texts.js";

const OFFERS = ["mobile", "open", "internet", "fixe", "tv", "obs", "mobile_entreprise"];
const PERSON_PROTOCOLS = ["https:", "http:", "tel:"];

function oneOf(allowed) {
  return (value) => (allowed.includes(value) ? value : null);
}

function personUrl(value) {
  try {
    const url = new URL(value, document.baseURI);
    return PERSON_PROTOCOLS.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function readSettings(script) {
  const read = (name, parse) => {
    const given = script.dataset[name];
    if (given === undefined || given === "") return null;
    const value = parse(given);
    if (value === null) console.warn(`widget.js: data-${name}="${given}" is not known and is ignored.`);
    return value;
  };
  return {
    origin: new URL(script.src).origin,
    country: read("country", oneOf(Object.keys(POLICIES))),
    offer: read("offer", oneOf(OFFERS)),
    position: read("position", oneOf(["left", "right"])) ?? "right",
    person: read("person", personUrl),
  };
}
