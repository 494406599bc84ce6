"""Softphones (baresip) for the tests: one that dials, presses keys and records, and an adviser's that plays a tone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Literal

import numpy as np
from baresip.call import Call, CallState
from baresip.config import Account, Config
from baresip.errors import BaresipError
from baresip.runtime import Runtime
from baresip.ua import UserAgent

from tests.telephony.hearing import RATE, Samples, as_samples

TONE = 440.0  # Hz
_POLL = 0.01  # seconds


@contextlib.asynccontextmanager
async def softphones(port: int) -> AsyncIterator[Runtime]:
    """The one baresip of this process; it listens to SIP on `port` of the loopback."""
    runtime = Runtime()
    config = Config(
        net_interface="127.0.0.1",
        native_log_level="error",
        max_concurrent_calls=30,
        # Its jitter buffer drops packets of a recording whenever this machine is busy.
        extra_config_text=f"sip_listen 127.0.0.1:{port}\naudio_jitter_buffer_type off",
    )
    await runtime.start(config)
    try:
        yield runtime
    finally:
        await runtime.close()


def _account(user: str, keys: Literal["rtpevent", "info"] = "rtpevent") -> Account:
    return Account(
        user=user, domain="127.0.0.1", password="", reg_interval=0, dtmf_mode=keys, audio_codecs=("pcma", "pcmu")
    )


class Telephone:
    """A softphone with one call, and the one it is transferred to; both are recorded."""

    def __init__(self, agent: UserAgent) -> None:
        self.agent = agent
        self.call: Call | None = None
        self.adviser: Call | None = None
        self._recordings: dict[int, bytearray] = {}
        self._listening: list[asyncio.Task[None]] = []
        agent.on_transfer_call(self._transferred)

    @classmethod
    async def create(
        cls, runtime: Runtime, number: str = "22370000001", keys: Literal["rtpevent", "info"] = "rtpevent"
    ) -> "Telephone":
        """A telephone of that number whose keys travel as RTP events or as SIP INFO."""
        return cls(await UserAgent.create(runtime, _account(number, keys), transfer_policy="auto"))

    def _transferred(self, call: Call) -> None:
        self.adviser = call
        self._listen_to(call)

    def _listen_to(self, call: Call) -> None:
        self._recordings[call.handle] = bytearray()
        self._listening.append(asyncio.create_task(self._listen(call)))

    async def _listen(self, call: Call) -> None:
        while call.state is not CallState.CLOSED:
            with contextlib.suppress(BaresipError):
                self._recordings[call.handle] += call.audio.read(64_000)
            await asyncio.sleep(_POLL)

    async def dial(self, uri: str) -> None:
        """Call `uri`; returns when it is answered. Raises CallFailed with the status otherwise."""
        self.call = await self.agent.dial(uri)
        await self.call.wait_established(timeout=20)
        self._listen_to(self.call)

    async def press(self, key: str) -> None:
        """Press one key."""
        assert self.call is not None
        await self.call.send_dtmf(key)

    async def hang_up(self) -> None:
        """End what is left of the calls."""
        for call in (self.call, self.adviser):
            if call is not None and call.state is not CallState.CLOSED:
                with contextlib.suppress(BaresipError):
                    await call.hangup()
        for task in self._listening:
            task.cancel()

    @property
    def closed(self) -> bool:
        """Whether the first call is over."""
        return self.call is not None and self.call.state is CallState.CLOSED

    @property
    def seconds(self) -> float:
        """How many seconds of the first call were heard."""
        return len(self.heard()) / RATE

    def heard(self, start: float = 0.0, end: float | None = None) -> Samples:
        """What was heard in the first call between two seconds of it."""
        return self._recorded(self.call)[int(start * RATE) : None if end is None else int(end * RATE)]

    def heard_of_adviser(self) -> Samples:
        """What was heard in the call that this one was transferred to."""
        return self._recorded(self.adviser)

    def _recorded(self, call: Call | None) -> Samples:
        return (
            as_samples(bytes(self._recordings[call.handle]))
            if call and call.handle in self._recordings
            else as_samples(b"")
        )


class Adviser:
    """The softphone « conseiller »: answers every call with a tone of TONE Hz, or refuses all with 603."""

    def __init__(self, agent: UserAgent) -> None:
        self.agent = agent
        self.answers = True
        self.calls = 0
        self._tasks: set[asyncio.Task[None]] = set()
        agent.on_incoming(self._rings)

    @classmethod
    async def create(cls, runtime: Runtime) -> "Adviser":
        """The adviser's telephone."""
        return cls(await UserAgent.create(runtime, _account("conseiller")))

    def _rings(self, call: Call) -> None:
        self.calls += 1
        task = asyncio.create_task(self._hold(call) if self.answers else call.reject())
        self._tasks.add(task)

    async def _hold(self, call: Call) -> None:
        await call.answer()
        samples = 0.3 * np.sin(2 * np.pi * TONE * np.arange(RATE) / RATE)
        tone = (32767 * samples).astype("<i2").tobytes()
        place = 0
        while call.state is not CallState.CLOSED:
            with contextlib.suppress(BaresipError):
                place = (place + call.audio.write((tone + tone)[place : place + 640])) % len(tone)
            await asyncio.sleep(_POLL)


async def until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait until `condition` holds; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"this did not happen: {what}"
        await asyncio.sleep(_POLL)
