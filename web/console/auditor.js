// The auditors' page: whether the log is whole, and what it adds up to.

import { attempt, byId, call, enter, fill, make, number } from "./staff.js";

const TABLES = [
  ["day", "Jour (UTC)"],
  ["door", "Canal"],
  ["country", "Pays"],
  ["offer", "Offre"],
  ["topic", "Sujet"],
  ["status", "Statut"],
  ["version", "Version de la base"],
  ["policy_sha256", "Politique (SHA-256)"],
];
const PROBLEMS = {
  altered: ({ last }) => `Le journal a été modifié : la ligne qui suit le numéro ${number(last)} ne s’enchaîne pas. Prévenez l’exploitant.`,
  beginning: ({ first }) => `Le journal a été modifié : des lignes d’avant le numéro ${number(first)} ont été retirées autrement que par la purge. Prévenez l’exploitant.`,
  truncated: ({ last }) => `Le journal a été modifié : il s’arrête au numéro ${number(last)}, avant la tête notée. Prévenez l’exploitant.`,
  replaced: () => "Le journal a été modifié : la ligne de la tête notée n’a plus la même empreinte. Prévenez l’exploitant.",
};

const check = () => attempt(async () => {
  const known = byId("known").value.trim();
  byId("chain").textContent = "Vérification en cours…";
  byId("chain").className = "";
  try {
    const found = await call("GET", `audit/verification${known ? `?tete=${known}` : ""}`);
    byId("chain").className = found.problem ? "problem" : "told";
    byId("chain").textContent = found.problem
      ? PROBLEMS[found.problem](found)
      : `Le journal est entier : ${number(found.rows)} ${found.rows > 1 ? "lignes s’enchaînent" : "ligne s’enchaîne"}.`;
    byId("head").textContent = found.head;
  } catch (error) {
    byId("chain").textContent = "";
    throw error;
  }
});

function table(name, title, rows) {
  const shown = make("table", {},
    make("caption", {}, title),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, title), make("th", { scope: "col" }, "Réponses"))),
    make("tbody"));
  const values = rows.map(({ value, count }) => [value === null ? "–" : make("span", { class: name === "policy_sha256" ? "hash" : "" }, value || "inconnue"), number(count)]);
  fill(shown.tBodies[0], values, "Aucune réponse.");
  return shown;
}

const look = (asked) => attempt(async () => {
  const found = await call("GET", `audit${asked}`);
  byId("from").value = found.from;
  byId("to").value = found.to;
  byId("export").href = `/conseiller/api/audit/export.csv?du=${found.from}&au=${found.to}`;
  byId("total").textContent = `${number(found.total)} ${found.total > 1 ? "réponses" : "réponse"}.`;
  byId("figures").replaceChildren(...TABLES.map(([name, title]) => table(name, title, found[name])));
});

byId("period").addEventListener("submit", (event) => {
  event.preventDefault();
  look(`?du=${byId("from").value}&au=${byId("to").value}`);
});

byId("check").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});

await enter();
await Promise.all([look(""), check()]);
