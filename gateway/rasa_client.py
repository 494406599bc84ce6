"""Rasa and the action server: say something, erase a conversation, ask whether they can answer.

One machine has them on loopback; RASA_URL and ACTIONS_URL say where a cluster has them.

Nothing of a failing answer is passed on or logged: Rasa's errors quote the whole tracker.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gateway.buttons import Choice
from gateway.contract import Button, Custom
from gateway.metrics import Metrics
from gateway.settings import Settings
from observability import traces

# Rasa drops a turn after 20 s. Waiting a little longer, we know that a turn without a reply is over: one that went on
# behind our back could write to a conversation that was erased meanwhile.
REPLY_SECONDS = 22.0
PROBE_SECONDS = 3.0
# The console shows what it finds by itself when understanding takes longer.
PARSE_SECONDS = 1.5
# Where Rasa and the action server tell, with their answer to a probe, what memory they hold.
RESIDENT = "X-Resident-Bytes"
# A Rasa that was away may be back, or another one take its place; sent at once, the same one may still be in the way.
_AGAIN_AFTER_SECONDS = 0.1
# What Rasa answers when it could not keep a turn, and a proxy when it reaches none.
_AWAY = frozenset({502, 503})
# Of the digest of a conversation: enough to spread conversations, too few to name one.
_ROUTE_DIGITS = 8
# The time for the whole answer is counted where it is asked for (`_ask`).
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=2.0)
_MOST_CONNECTIONS = 64
# Less than Sanic's five seconds: the side that asks is the one that knows a connection to be unused.
_KEPT_SECONDS = 4.0


class RasaError(Exception):
    """Rasa gave no reply that can be passed on. Never carries text of the answer."""


class RasaUnreachableError(RasaError):
    """No connection, or it broke."""


class RasaSlowError(RasaError):
    """No answer in time."""


class RasaReplyError(RasaError):
    """An answer, but not a reply: an error, nothing, or not what the contract says."""


class RasaMessage(BaseModel):
    """A message of Rasa's REST channel, as far as the contract passes it on."""

    model_config = ConfigDict(strict=True)

    text: str | None = None
    buttons: list[Button] | None = None
    custom: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        """As the contract has it: only what there is."""
        whole = {
            "text": self.text,
            "custom": self.custom,
            "buttons": [button.model_dump() for button in self.buttons or ()],
        }
        return {name: value for name, value in whole.items() if value}

    def choices(self) -> list[Choice]:
        """Its buttons."""
        return [Choice(button.title, button.payload) for button in self.buttons or ()]


_REPLY = TypeAdapter(list[RasaMessage])


@dataclass(frozen=True)
class _Answer:
    """An answer that has arrived whole; the names of `headers` are found in any case."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class RasaClient:
    """Connections that stay open; proxies of the environment do not apply to them."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._metrics = metrics
        self._rasa = settings.rasa_url or f"http://127.0.0.1:{settings.rasa_port}"
        # Rasa's own calls take the token as a parameter, our channels (server/) as a header.
        self._token = {"token": settings.rasa_token} if settings.rasa_token else {}
        self._bearer = {"Authorization": f"Bearer {settings.rasa_token}"} if settings.rasa_token else {}
        self._actions = settings.actions_url or f"http://127.0.0.1:{settings.actions_port}"
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def say(self, rasa_id: str, message: str, metadata: Mapping[str, str | None]) -> list[RasaMessage]:
        """One turn. Returns a checked reply: some text, exactly one valid `custom`. Raises RasaError.

        Sent once more when Rasa is away: `metadata["turn"]` names the turn, and Rasa takes it once.
        """
        body = {"sender": rasa_id, "message": message, "metadata": dict(metadata)}
        with traces.span("rasa", asks=True):
            answer = await self._answer(f"{self._rasa}/webhooks/rest/webhook", body, self._routed(rasa_id))
        self._metrics.rasa_parts(answer.headers.get("server-timing"))
        if answer.status_code != 200:
            raise RasaReplyError(f"status {answer.status_code}")
        return checked_reply(answer.content)

    async def parse(self, text: str) -> dict[str, Any]:
        """What a text means, without a conversation: intent, ranking and entities. Raises RasaError."""
        answer = await self._ask("POST", f"{self._rasa}/model/parse", PARSE_SECONDS, {"text": text}, self._token)
        try:
            parsed = json.loads(answer.content) if answer.status_code == 200 else None
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise RasaReplyError(f"status {answer.status_code}")
        return parsed

    async def erase(self, rasa_id: str) -> None:
        """Erase what Rasa keeps of a conversation. Raises RasaError unless it says that it did."""
        url = f"{self._rasa}/webhooks/erasure/{rasa_id}"
        answer = await self._ask("DELETE", url, REPLY_SECONDS, headers=self._routed(rasa_id))
        if answer.status_code != 204:
            raise RasaReplyError(f"status {answer.status_code}")

    async def has_model(self) -> bool:
        """Whether Rasa is up with a model loaded."""
        try:
            answer = await self._ask("GET", f"{self._rasa}/status", PROBE_SECONDS, parameters=self._token)
            self._metrics.memory("rasa", answer.headers.get(RESIDENT))
            return answer.status_code == 200 and bool(json.loads(answer.content).get("model_file"))
        except (RasaError, ValueError, AttributeError):
            return False

    async def has_actions(self) -> bool:
        """Whether the action server is up."""
        try:
            answer = await self._ask("GET", f"{self._actions}/health", PROBE_SECONDS)
            self._metrics.memory("actions", answer.headers.get(RESIDENT))
            return answer.status_code == 200
        except RasaError:
            return False

    def _routed(self, rasa_id: str) -> dict[str, str]:
        """The headers of a call about one conversation: what a router of several Rasas goes by, and the token."""
        return {"X-Conversation": sha256(rasa_id.encode()).hexdigest()[:_ROUTE_DIGITS], **self._bearer}

    async def _answer(self, url: str, body: object, headers: dict[str, str]) -> _Answer:
        until = monotonic() + REPLY_SECONDS
        try:
            answer = await self._ask("POST", url, REPLY_SECONDS, body, headers=headers)
            if answer.status_code not in _AWAY:
                return answer
        except RasaUnreachableError:
            pass
        await asyncio.sleep(_AGAIN_AFTER_SECONDS)
        return await self._ask("POST", url, until - monotonic(), body, headers=headers)

    async def _ask(
        self,
        method: str,
        url: str,
        seconds: float,
        body: object = None,
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        sent = {**(headers or {}), **traces.outgoing()}
        try:
            async with (
                asyncio.timeout(seconds),
                self._opened().request(method, url, json=body, params=parameters, headers=sent) as answer,
            ):
                return _Answer(answer.status, answer.headers, await answer.read())
        except aiohttp.ConnectionTimeoutError as error:
            raise RasaUnreachableError(type(error).__name__) from None
        except TimeoutError as error:
            raise RasaSlowError(type(error).__name__) from None
        except (aiohttp.ClientError, OSError) as error:
            raise RasaUnreachableError(type(error).__name__) from None

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made where a loop runs, as aiohttp asks for."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_TIMEOUT,
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, keepalive_timeout=_KEPT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


def checked_reply(content: bytes) -> list[RasaMessage]:
    """The messages of a reply that can be passed on. Raises RasaReplyError.

    An action that fails gives an empty list, two that answer give two `custom`: either is a fault of ours that must
    not reach a person as silence or as two answers.
    """
    try:
        messages = [message for message in _REPLY.validate_json(content) if message.shown()]
        payloads = [message.custom for message in messages if message.custom]
        if len(payloads) != 1:
            raise RasaReplyError(f"{len(payloads)} custom payloads")
        Custom.model_validate(payloads[0])
    except ValidationError as error:
        raise RasaReplyError(f"{error.error_count()} fields are not as the contract says") from None
    if not any((message.text or "").strip() for message in messages):
        raise RasaReplyError("no text")
    return messages
