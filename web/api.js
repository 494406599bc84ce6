// The assistant's HTTP contract as seen from a browser: open, say, close. Nothing is stored, no cookie is sent.

const TIMEOUT_MS = 30_000;
const DEFAULT_WAIT_SECONDS = 5;

// `kind` is "network", "expired" (unknown or expired conversation), "wait" (too many messages), "refused" (this message
// will never pass) or "failed" (it may pass later); `sentence` is the assistant's own explanation in French, where it
// gave one.
export class ApiError extends Error {
  constructor(kind, { sentence = "", seconds = 0 } = {}) {
    super(kind);
    Object.assign(this, { kind, sentence, seconds });
  }
}

async function request(method, path, body, keepalive = false) {
  let response;
  try {
    response = await fetch(path, {
      method,
      keepalive,
      credentials: "omit",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response.status === 204 ? null : await response.json();
  } catch {
    throw new ApiError("network");
  }
  const sentence = await response.json().then((answer) => answer.error?.message ?? "", () => "");
  if (response.status === 429) {
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    throw new ApiError("wait", { seconds: seconds > 0 ? seconds : DEFAULT_WAIT_SECONDS });
  }
  if (response.status === 404) throw new ApiError("expired");
  throw new ApiError(response.status < 500 ? "refused" : "failed", { sentence });
}

export async function openConversation(country) {
  const { sender } = await request("POST", "/conversations", { channel: "web", country, offer: null });
  return sender;
}

export function say(sender, message, messageId) {
  return request("POST", "/webhooks/rest/webhook", { sender, message, message_id: messageId });
}

// `leaving` lets the call outlive the page that makes it.
export function closeConversation(sender, leaving = false) {
  return request("DELETE", `/conversations/${encodeURIComponent(sender)}`, undefined, leaving);
}
