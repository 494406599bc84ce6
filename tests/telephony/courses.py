"""Whole calls by softphone, held at the same time; what was heard in each is kept for the tests to look at."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from baresip.runtime import Runtime

from tests.telephony.hearing import Samples, hears, likeness_of_end
from tests.telephony.softphone import Adviser, Telephone, softphones, until

NUMBERS = "2237012345"  # and one more digit: each telephone has its own
_LOOK_BACK = 8.0  # seconds


@dataclass
class Sounds:
    """The prompts of each turn, in the order in which they are played, by a name of the turn."""

    turns: Mapping[str, Sequence[Samples]]

    def __getitem__(self, name: str) -> Sequence[Samples]:
        return self.turns[name]


@dataclass
class Recording:
    """One call: all that was heard, moments of it in seconds, and what the adviser's telephone sounded like."""

    heard: Samples
    moments: dict[str, float]
    of_adviser: Samples
    closed_by_line: bool


@dataclass
class Course:
    """A call under way."""

    phone: Telephone
    sounds: Sounds
    moments: dict[str, float] = field(default_factory=dict)

    async def hear(self, prompt: Samples, what: str) -> None:
        """Wait until the beginning of `prompt` was heard, after the last key that was pressed."""
        pressed = max(self.moments.values(), default=0.0)
        waited = 0
        while not await asyncio.to_thread(hears, self._lately(pressed), prompt):
            await asyncio.sleep(0.1)
            waited += 1
            assert waited < 600, f"{what} was not heard"
            assert not self.phone.closed, f"the call ended before {what} was heard"

    def _lately(self, since: float) -> Samples:
        return self.phone.heard(max(since, self.phone.seconds - _LOOK_BACK))

    async def hear_end(self, prompt: Samples, what: str) -> None:
        """Wait until the end of `prompt` was heard."""
        await self.hear(prompt[-8000:], what)

    async def press(self, key: str, name: str) -> None:
        """Press a key, and note the moment of the recording under `name`."""
        self.moments[name] = self.phone.seconds
        await self.phone.press(key)


async def whole_call(course: Course) -> None:
    """Opening, right of erasure, address, repeat, adviser: the call that the line is made for."""
    await course.hear(course.sounds["opening"][0], "the opening")
    await course.press("1", "into the opening")
    await course.hear(course.sounds["opening"][1], "what the keys do")
    await course.press("1", "rights")
    await course.hear(course.sounds["rights"][0], "the menu of the rights")
    await course.press("1", "erasure")
    await course.hear(course.sounds["erasure"][0], "the answer on erasure")
    await course.press("2", "address")
    await course.hear_end(course.sounds["address"][-1], "the end of the address")
    await course.press("*", "repeat")
    await course.hear(course.sounds["address"][1], "the address once more")
    await course.press("0", "adviser")
    await until(lambda: course.phone.closed, "the line left after the transfer")
    await asyncio.sleep(1)


async def says_nothing(course: Course) -> None:
    """No key at all."""
    await until(lambda: course.phone.closed, "three silences lead to an adviser")
    await asyncio.sleep(1)


async def presses_wrongly(course: Course) -> None:
    """A key that leads nowhere, each time one is asked for."""
    await course.hear(course.sounds["opening"][1], "what the keys do")
    for number in (1, 2, 3):
        await course.press("9", f"wrong {number}")
        await course.hear(course.sounds[f"wrong {number}"][0], f"what is said to miss {number}")
    await until(lambda: course.phone.closed, "three misses lead to an adviser")
    await asyncio.sleep(1)


async def puts_on_hold(course: Course) -> None:
    """A hold in the middle of the opening, and the rest of it after the hold."""
    await course.hear(course.sounds["opening"][0], "the opening")
    call = course.phone.call
    assert call is not None
    await call.hold()
    await asyncio.sleep(0.3)
    course.moments["held"] = course.phone.seconds
    await asyncio.sleep(1.5)
    course.moments["resumed"] = course.phone.seconds
    await call.resume()
    await course.hear_end(course.sounds["opening"][0], "the rest of the opening")
    await course.phone.hang_up()


async def presses_by_info(course: Course) -> None:
    """Keys as SIP INFO."""
    await course.hear(course.sounds["opening"][1], "what the keys do")
    await course.press("1", "rights")
    await course.hear(course.sounds["rights"][0], "the menu of the rights")
    await course.phone.hang_up()


async def asks_for_nobody(course: Course) -> None:
    """An adviser who does not take the call: the line goes on."""
    await course.hear(course.sounds["opening"][1], "what the keys do")
    await course.press("0", "adviser")
    await course.hear(course.sounds["no adviser"][0], "that no adviser can be reached")
    await course.phone.hang_up()


Script = Callable[[Course], Awaitable[None]]
TOGETHER: dict[str, Script] = {
    "whole": whole_call,
    "silent": says_nothing,
    "wrong": presses_wrongly,
    "hold": puts_on_hold,
    "info": presses_by_info,
}


async def hold_calls(uri: str, sounds: Sounds, port: int) -> dict[str, Recording]:
    """Hold all courses against the line at `uri`; the softphones listen to SIP on `port`."""
    async with softphones(port) as runtime:
        adviser = await Adviser.create(runtime)
        held = await asyncio.gather(*(_hold(runtime, uri, sounds, name, script) for name, script in TOGETHER.items()))
        adviser.answers = False
        alone = await _hold(runtime, uri, sounds, "nobody", asks_for_nobody)
        assert adviser.calls == 4
        return dict(zip([*TOGETHER, "nobody"], [*held, alone], strict=True))


async def _hold(runtime: Runtime, uri: str, sounds: Sounds, name: str, script: Script) -> Recording:
    number = f"{NUMBERS}{sorted([*TOGETHER, 'nobody']).index(name)}"
    phone = await Telephone.create(runtime, number, "info" if name == "info" else "rtpevent")
    course = Course(phone, sounds)
    try:
        await phone.dial(uri)
        await script(course)
        return Recording(phone.heard(), course.moments, phone.heard_of_adviser(), phone.closed)
    finally:
        await phone.hang_up()


def end_of(recording: Samples, prompt: Samples) -> float:
    """The second at which `prompt` ends in `recording`."""
    return likeness_of_end(recording, prompt)[1]
