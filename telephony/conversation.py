"""One call held: the gateway's turns carried out on a leg, and what the caller does told to the gateway."""

import asyncio
import contextlib
import logging
import time
from typing import Any

from telephony.leg import Leg
from telephony.line import Gateway, GatewayError, Turn
from telephony.media import Media, open_media
from telephony.prompts import PromptError, Prompts
from telephony.session_description import NoCommonMedia
from telephony.settings import LineSettings
from telephony.sound import RATE

log = logging.getLogger("telephony")

_BETWEEN_KEYS_MS = 3000
# After a prompt: as one who reads aloud between sentences, and as one who dictates between lines.
_PAUSES_MS = {"normal": 300, "slow": 800}
_WATCH = 1.0  # seconds between two looks whether the peer is still heard
Event = tuple[str, str]


class Line:
    """What all calls share: settings, the gateway, the prompts and the line's own phrases."""

    def __init__(self, settings: LineSettings, gateway: Gateway, prompts: Prompts, phrases: dict[str, str]) -> None:
        self.settings = settings
        self.gateway = gateway
        self.prompts = prompts
        self.phrases = phrases

    async def talk(self, leg: Leg) -> None:
        """Hold the call of `leg` from the first ring to the end."""
        started = time.monotonic()
        leg.ring()
        turn: Turn | None = None
        try:
            turn = await self.gateway.begin()
            for action in turn.actions:
                if action["do"] == "say":
                    await self.prompts.samples(action["text"], action["rate"])
                    break
        except (GatewayError, PromptError) as error:
            log.error("%s: %s", leg.name, error)
        try:
            media = await open_media(self.settings.bind, self.settings.rtp_ports)
        except OSError as error:
            log.error("%s: RTP_PORTS: %s", leg.name, error)
            leg.refuse(503, "Service Unavailable", Retry_After="30")
            return
        try:
            if leg.ended.done():  # cancelled meanwhile
                return
            leg.answer(media)
            log.info("%s: answered after %.0f ms", leg.name, 1000 * (time.monotonic() - started))
            await self._talk_until_ended(leg, media, turn)
        except NoCommonMedia:
            leg.refuse(488, "Not Acceptable Here")
        finally:
            await media.close()
            log.info(
                "%s: over after %.0f s, %d packets sent, %d received",
                leg.name, time.monotonic() - started, media.packets_sent, media.packets_received,
            )  # fmt: skip

    async def _talk_until_ended(self, leg: Leg, media: Media, turn: Turn | None) -> None:
        call = _Call(self, leg, media)
        holding = asyncio.create_task(call.hold(turn))
        watching = asyncio.create_task(self._watch(leg, media))
        await asyncio.wait((holding, leg.ended, watching), return_when=asyncio.FIRST_COMPLETED)
        for task in (holding, watching):
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if call.turn is not None and not call.over:
            with contextlib.suppress(GatewayError, asyncio.TimeoutError):
                await asyncio.wait_for(self.gateway.step(call.turn, "transferred" if leg.transferred else "hangup"), 5)
        await leg.hang_up()
        holding.result() if not holding.cancelled() else None

    async def _watch(self, leg: Leg, media: Media) -> None:
        """Return when the peer has sent no packet for too long: its BYE got lost."""
        while self.settings.rtp_timeout:
            await asyncio.sleep(_WATCH)
            if (
                leg.established.done()
                and not media.on_hold
                and time.monotonic() - media.heard > self.settings.rtp_timeout
            ):
                log.info("%s: nothing was heard for %d s", leg.name, self.settings.rtp_timeout)
                return
        await leg.ended


class _Call:
    """The course of one call."""

    def __init__(self, line: Line, leg: Leg, media: Media) -> None:
        self.turn: Turn | None = None
        # Whether the gateway was told that the call is over.
        self.over = False
        self._line = line
        self._leg = leg
        self._media = media

    async def hold(self, turn: Turn | None) -> None:
        """Carry out turns until one ends the call; with None, say that the line is out of order."""
        await self._leg.established
        try:
            while turn is not None:
                self.turn = turn
                event = await self._perform(turn)
                if event is None:
                    return
                turn = await self._line.gateway.step(turn, *event)
                if event[0] == "transferred":
                    self.over = True
                    return
        except (GatewayError, PromptError) as error:
            log.error("%s: %s", self._leg.name, error)
        await self._apologise()

    async def _perform(self, turn: Turn) -> Event | None:
        """Do the actions of `turn`; returns what the caller did, None when the call is to end."""
        for action in turn.actions:
            # What comes later is made while the first is heard.
            if action["do"] == "say":
                self._line.prompts.prepare(action["text"], action["rate"])
        interrupted = False
        for action in turn.actions:
            if action["do"] == "say":
                interrupted = interrupted and bool(action["barge_in"])
                if not interrupted:
                    interrupted = await self._say(action)
            elif action["do"] == "collect":
                return await self._collect(action)
            elif action["do"] == "transfer":
                return await self._transfer()
            elif action["do"] == "hangup":
                return None
        raise GatewayError("a turn ended without collect, transfer or hangup")

    async def _say(self, action: dict[str, Any]) -> bool:
        """Speak one prompt; returns whether a key ended it."""
        samples = await self._line.prompts.samples(action["text"], action["rate"])
        samples += bytes(2 * RATE * _PAUSES_MS.get(action["rate"], 0) // 1000)
        if action["barge_in"]:
            return not await self._media.play(samples, until_key=True)
        await self._media.play(samples, until_key=False)
        # As a VoiceXML platform does: keys pressed into a prompt that cannot be interrupted count for nothing.
        self._media.keys.clear()
        return False

    async def _collect(self, action: dict[str, Any]) -> Event:
        digits = ""
        wait = int(action["timeout_ms"])
        while len(digits) < int(action["max"]):
            if not await self._media.wait_for_key(wait):
                break
            digits += self._media.keys.popleft()
            wait = _BETWEEN_KEYS_MS
        # A key pressed for this question must not answer the next one.
        self._media.keys.clear()
        if not digits:
            return "noinput", ""
        return ("digits" if all(digit in action["digits"] for digit in digits) else "nomatch"), digits

    async def _transfer(self) -> Event:
        target = self._line.settings.transfer_to
        if target is None:
            return "transfer_failed", ""
        return ("transferred" if await self._leg.transfer(target) else "transfer_failed"), ""

    async def _apologise(self) -> None:
        with contextlib.suppress(PromptError):
            samples = await self._line.prompts.samples(self._line.phrases["unavailable"])
            await self._media.play(samples, until_key=False)
