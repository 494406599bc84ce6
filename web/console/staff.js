// What the editors' and auditors' pages share: calls, the way between the pages, leaving, words and cells.

const PLACES = [
  ["agent", "/conseiller", "Recherche"],
  ["editor", "/conseiller/redaction", "Rédaction"],
  ["auditor", "/conseiller/audit", "Audit"],
];
const LOST = "La console ne répond pas. Vérifiez votre connexion, puis réessayez.";
let token = "";

export const byId = (id) => document.getElementById(id);

// An element with its attributes and children; a child that is a string is text.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// A French date of an ISO one.
export const day = (iso) => new Date(`${iso}T12:00:00`).toLocaleDateString("fr-FR", { day: "numeric", month: "long", year: "numeric" });
export const number = (count) => count.toLocaleString("fr-FR");

export function tell(sentence) {
  byId("problem").textContent = sentence;
  byId("problem").hidden = !sentence;
}

// The answer's JSON. Throws an Error whose message is a French sentence; without a session it leads to the sign-in page.
export async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(`/conseiller/api/${path}`, {
      method,
      headers: { "X-CSRF-Token": token, ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Error(LOST);
  }
  if (answer.status === 401) {
    location.assign(`/conseiller/connexion?vers=${location.pathname}`);
    throw new Error("Votre session est terminée.");
  }
  const found = await answer.json().catch(() => null);
  if (!answer.ok || !found) throw new Error(found?.error?.message ?? LOST);
  return found;
}

export async function attempt(action) {
  tell("");
  try {
    await action();
  } catch (error) {
    tell(error.message);
  }
}

// Reads the session, shows the pages that it opens, and lets its holder leave.
export async function enter() {
  await attempt(async () => {
    const session = await call("GET", "session");
    token = session.csrf;
    byId("places").replaceChildren(
      ...PLACES.filter(([role]) => session.roles.includes(role)).map(([, path, name]) =>
        make("a", path === location.pathname ? { href: path, "aria-current": "page" } : { href: path }, name)),
    );
  });
  byId("leave").addEventListener("click", () =>
    attempt(async () => location.assign((await call("POST", "signout")).then)));
}

// Rows of a table: each a list of texts or elements, the first the row's header.
export function fill(body, rows, empty) {
  body.replaceChildren(
    ...rows.map(([head, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, head), ...cells.map((cell) => make("td", {}, cell)))),
  );
  if (!rows.length) {
    const width = body.closest("table").querySelectorAll("thead th").length;
    body.append(make("tr", {}, make("td", { colspan: width, class: "soft" }, empty)));
  }
}
