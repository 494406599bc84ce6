"""The turns of a call, asked of the gateway over HTTP (docs/ivr-profile.md describes them)."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx

_TRIES_FOR = 20.0  # seconds: a gateway that is started again answers within them
_BETWEEN = 0.4
_ANSWER_WITHIN = 8.0


class GatewayError(RuntimeError):
    """The gateway gives no turn; the message says why, without anything of the call."""


@dataclass(frozen=True)
class Turn:
    """What the line does next: `actions` in order, the last of which is collect, transfer or hangup."""

    call: str
    step: int
    actions: tuple[dict[str, Any], ...]


class Gateway:
    """The turn interface of the gateway at `url`, opened with the ivr door's `key`."""

    def __init__(self, url: str, key: str) -> None:
        # trust_env: no proxy of the environment stands between two programs of one machine.
        self._http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=_ANSWER_WITHIN, trust_env=False
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(self) -> None:
        """Whether the gateway is there and knows the key. Raises GatewayError with a sentence."""
        try:
            # A step of no call: 404 to whom may ask.
            response = await self._http.post("/ivr/calls/none/steps/1", json={"event": "hangup"})
        except httpx.HTTPError as error:
            raise GatewayError(
                f"the assistant at {self._http.base_url} does not answer: start it with `make run`"
            ) from error
        if response.status_code in (401, 403):
            raise GatewayError(
                f"the assistant at {self._http.base_url} knows another key of the ivr door: start the line with the "
                "same RUN_DIR, or the same IVR_KEY"
            )

    async def begin(self) -> Turn:
        """The first turn of a new call. Raises GatewayError at the first failure: the caller hears nothing yet."""
        return await self._turn("/ivr/calls", {}, tries_for=0)

    async def step(self, turn: Turn, event: str, digits: str = "") -> Turn:
        """The turn after `event` in `turn`. The same step may be sent again, so it is, until the gateway answers.

        Raises GatewayError.
        """
        body = {"event": event, "digits": digits} if digits else {"event": event}
        return await self._turn(f"/ivr/calls/{turn.call}/steps/{turn.step}", body, _TRIES_FOR)

    async def _turn(self, path: str, body: dict[str, str], tries_for: float) -> Turn:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + tries_for
        while True:
            try:
                response = await self._http.post(path, json=body)
                if response.status_code < 500:
                    break
                failure = f"status {response.status_code}"
            except httpx.HTTPError as error:
                failure = type(error).__name__
            if loop.time() >= deadline:
                raise GatewayError(f"the gateway does not answer: {failure}")
            await asyncio.sleep(_BETWEEN)
        if response.status_code not in (200, 201):
            raise GatewayError(f"the gateway refused with status {response.status_code}")
        try:
            turn = response.json()
            return Turn(str(turn["call"]), int(turn["step"]), tuple(dict(action) for action in turn["actions"]))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise GatewayError("the gateway answered something that is no turn") from error
