// The assistant's HTTP contract as seen from a browser. Nothing is stored, no cookie is sent.

const TIMEOUT_MS = 30_000;
const DEFAULT_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 60;

// `kind` is "network", "timeout", "expired" (unknown or expired conversation), "too-many", "refused" (this message will
// never pass) or "failed" (it may pass later). `sentence` is the assistant's own explanation in French, where it gave one;
// `seconds` after how long it asks to be asked again, 0 when it does not say.
export class ApiError extends Error {
  constructor(kind, { sentence = "", seconds = 0 } = {}) {
    super(kind);
    Object.assign(this, { kind, sentence, seconds });
  }
}

async function refusal(response) {
  const answer = await response.json().catch(() => null);
  const told = answer?.error?.message;
  const asked = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const seconds = asked > 0 ? Math.min(asked, LONGEST_WAIT_SECONDS) : 0;
  const details = { sentence: typeof told === "string" ? told : "", seconds };
  if (response.status === 429) return new ApiError("too-many", { seconds: seconds || DEFAULT_WAIT_SECONDS });
  if (response.status === 404) return new ApiError("expired");
  return new ApiError(response.status < 500 ? "refused" : "failed", details);
}

export function createApi(origin) {
  async function request(method, path, body, keepalive = false) {
    let response;
    try {
      response = await fetch(origin + path, {
        method,
        keepalive,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return response.status === 204 ? null : await response.json();
    } catch (error) {
      if (error.name === "SyntaxError") throw new ApiError("failed");
      throw new ApiError(error.name === "TimeoutError" ? "timeout" : "network");
    }
    throw await refusal(response);
  }

  return {
    async open(country, offer) {
      const { sender } = await request("POST", "/conversations", { channel: "web", country, offer });
      return sender;
    },
    say(sender, message, messageId) {
      return request("POST", "/webhooks/rest/webhook", { sender, message, message_id: messageId });
    },
    feedback(sender, helpful) {
      return request("POST", "/feedback", { sender, helpful });
    },
    // `leaving` lets the call outlive the page that makes it.
    close(sender, leaving = false) {
      return request("DELETE", `/conversations/${encodeURIComponent(sender)}`, undefined, leaving);
    },
  };
}
