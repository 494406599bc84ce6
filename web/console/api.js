// The console's calls. What is typed goes in bodies alone; nothing is stored by the page.

const TIMEOUT_MS = 10_000;
let token = "";
let lastCall = Date.now();

// `kind` is "signed-out", "network" or "failed"; `sentence` is the server's own explanation, where it gave one.
export class CallError extends Error {
  constructor(kind, sentence = "") {
    super(kind);
    Object.assign(this, { kind, sentence });
  }
}

export const idleFor = () => Date.now() - lastCall;

async function call(method, path, body, signal) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response;
  try {
    response = await fetch(`/conseiller/api/${path}`, {
      method,
      headers: body ? { "Content-Type": "application/json", "X-CSRF-Token": token } : { "X-CSRF-Token": token },
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (response.ok) {
      lastCall = Date.now();
      return response.status === 204 ? null : await response.json();
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new CallError("network");
  }
  if (response.status === 401) throw new CallError("signed-out");
  throw new CallError("failed", await response.json().then((answer) => answer.error?.message ?? "", () => ""));
}

// The session: its token, which every other call carries, and after how many idle seconds it ends.
export async function session() {
  const found = await call("GET", "session");
  token = found.csrf;
  return found;
}

export const start = () => call("GET", "start");
export const lookUp = (asked, signal) => call("POST", "lookup", asked, signal);
export const openCard = (asked, signal) => call("POST", "card", asked, signal);
export const ask = (asked) => call("POST", "question", asked);
export const signOut = () => call("POST", "signout");
