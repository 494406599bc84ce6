// The editors' page: the state of the knowledge base, what was not understood, and a new version of a policy tried.

import { attempt, byId, call, day, enter, fill, make, number, tell } from "./staff.js";

const COVERAGE = { full: "répond", partial: "répond en partie", silent: "n’en parle pas" };
const NOTICE = { good: "valable", soon: "expire bientôt", expired: "expirée : n’est plus montrée" };
const CHANGE = { removed: "Passage retiré", added: "Passage ajouté", changed: "Passage modifié", renumbered: "Passage déplacé" };
const MOST_CHARACTERS = 200_000;

const state = (kind, words) => make("span", { class: `state ${kind}` }, words);

function showBase(found) {
  const names = Object.fromEntries(found.policies.map(({ country, label }) => [country, label]));
  byId("version").textContent = found.version;
  fill(byId("policies"), found.policies.map(({ label, title, updated, sha256 }) =>
    [label, title, day(updated), make("span", { class: "hash" }, sha256)]), "Aucune politique.");
  byId("countries").replaceChildren(
    make("th", { scope: "col" }, "Sujet"), ...Object.values(names).map((name) => make("th", { scope: "col" }, name)));
  fill(byId("topics"), found.topics.map(({ label, coverage }) =>
    [label, ...Object.keys(names).map((country) =>
      coverage[country] ? state(coverage[country], COVERAGE[coverage[country]]) : state("silent", "aucune fiche"))]), "Aucune fiche.");
  fill(byId("notices"), found.notices.map((notice) =>
    [notice.text, names[notice.country], notice.label, day(notice.checked_on), day(notice.expires_on), state(notice.state, NOTICE[notice.state])]),
  "Aucune information hors politique.");
}

function showUnknown({ days, total, without_candidate: without, candidates }) {
  byId("unknown-total").textContent = total
    ? `${number(total)} ${total > 1 ? "questions non comprises" : "question non comprise"} en ${days} j, dont ${number(without)} sans sujet proche.`
    : `Aucune question non comprise en ${days} j.`;
  fill(byId("candidates"), candidates.map(({ label, count }) => [label, number(count)]), "Aucun sujet.");
}

const look = () => attempt(async () => {
  const found = await call("GET", `editor?jours=${byId("days").value}`);
  showBase(found);
  showUnknown(found.unknown);
});

const passage = (kind, { section, text }) =>
  make("blockquote", { class: kind }, make("p", {}, text), make("p", { class: "soft" }, `Section « ${section} »`));

function showChange({ kind, old: before, new: after, touches }) {
  const shown = make("article", { class: "change" }, make("h3", {}, CHANGE[kind]));
  if (before && kind !== "renumbered") shown.append(make("p", { class: "soft" }, "Texte en vigueur"), passage("old", before));
  if (after) shown.append(make("p", { class: "soft" }, "Nouveau texte"), passage("new", after));
  const said = touches.length ? `À relire : ${touches.join(", ")}` : before ? "Aucune fiche ni contact ne le cite." : "Aucune fiche ne le cite encore.";
  shown.append(make("p", {}, said));
  return shown;
}

function showPreview({ problem, headings, changes, cards, contacts }) {
  byId("changes").replaceChildren(...changes.map(showChange));
  const count = changes.length;
  if (problem === "headings") {
    byId("preview-said").textContent = `Ces titres de la politique en vigueur manquent dans le texte : ${headings.map((title) => `« ${title} »`).join(", ")}. Si la nouvelle version les a changés, donnez le fichier avec son en-tête.`;
  } else if (!count) {
    byId("preview-said").textContent = "Rien ne change : les passages sont ceux de la politique en vigueur.";
  } else {
    const again = [...cards, ...contacts.map((id) => `contact ${id}`)];
    byId("preview-said").textContent = `${number(count)} ${count > 1 ? "passages diffèrent" : "passage diffère"}. À relire : ${again.join(", ") || "aucune fiche, aucun contact"}.`;
  }
}

byId("period").addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});

byId("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  tell("");
  try {
    if (file.size > 4 * MOST_CHARACTERS) throw new Error();
    byId("text").value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    byId("text").value = "";
    tell("Ce fichier n’est pas un texte en UTF-8, ou il est trop volumineux. Vérifiez-le, puis choisissez-le à nouveau.");
  }
});

byId("preview").addEventListener("submit", (event) => {
  event.preventDefault();
  const country = new FormData(event.target).get("country");
  byId("changes").replaceChildren();
  byId("preview-said").textContent = "Comparaison en cours…";
  attempt(async () => {
    try {
      showPreview(await call("POST", "editor/preview", { country, text: byId("text").value }));
    } catch (error) {
      byId("preview-said").textContent = "";
      throw error;
    }
  });
});

await enter();
await look();
