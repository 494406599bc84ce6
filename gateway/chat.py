"""`python -m gateway.chat`: talk with the running assistant in a terminal, over the same contract as any client."""

import os
import sys
from typing import Any

import httpx

from gateway.messages import sentence
from gateway.settings import Settings, SettingsError

# Longer than the gateway itself waits for Rasa.
_SECONDS = 60.0


class Conversation:
    """A conversation at the web door, opened when the first message is said, and again when it has expired."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._sender: str | None = None

    def say(self, message: str) -> str:
        """What to show for a message. Raises httpx.TransportError when the assistant is not there."""
        if self._sender is None:
            opened = self._client.post("/conversations", json={"channel": "web"})
            if opened.status_code != 201:
                return _complaint(opened)
            self._sender = str(opened.json()["sender"])
        answer = self._client.post("/webhooks/rest/webhook", json={"sender": self._sender, "message": message})
        if answer.status_code == 200:
            return shown(answer.json(), str(self._client.base_url))
        if answer.status_code == 404:
            self._sender = None
        return _complaint(answer)

    def end(self) -> None:
        """Have the conversation erased."""
        if self._sender is not None:
            self._client.delete(f"/conversations/{self._sender}")


def shown(reply: list[dict[str, Any]], url: str) -> str:
    """A reply as lines; choices are numbered, and typing the number chooses. `url` is the assistant's."""
    lines = [message["text"] for message in reply if message.get("text")]
    letters = [letter for message in reply for letter in message.get("custom", {}).get("letters", ())]
    for letter in letters:
        lines += [sentence("chat", "letter", title=letter["title"]), f"  {url.rstrip('/')}{letter['pdf']}"]
    buttons = [button for message in reply for button in message.get("buttons", ())]
    lines += [f"  {number}. {button['title']}" for number, button in enumerate(buttons, 1)]
    return "\n".join(lines)


def _complaint(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["message"])


def main() -> int:
    """Read messages until the end of input. Returns the exit status: 1 when no assistant answers."""
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"chat: {error}", file=sys.stderr)
        return 1
    url = f"http://127.0.0.1:{settings.port}"
    with httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False) as client:
        conversation = Conversation(client)
        try:
            client.get("/health")
            print(sentence("chat", "welcome"))
            _talk(conversation)
            conversation.end()
        except httpx.TransportError:
            print(sentence("chat", "absent", url=url), file=sys.stderr)
            return 1
    print(sentence("chat", "goodbye"))
    return 0


def _talk(conversation: Conversation) -> None:
    while True:
        try:
            message = input("\n> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if message.strip():
            print(conversation.say(message))


if __name__ == "__main__":
    sys.exit(main())
