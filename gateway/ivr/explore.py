"""Every position that a call can come to by keys, found by trying every key at each: for the linter."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.ivr.actions import Action, Collect
from gateway.ivr.content import Content
from gateway.ivr.machine import MOST_OFFERED, Machine
from gateway.ivr.state import Event, Happened, State

_ELSEWHERE = (
    Event(Happened.NOINPUT),
    Event(Happened.NOMATCH),
    Event(Happened.UNHEARD),
    Event(Happened.UNANSWERED),
    Event(Happened.MAXTIME),
    Event(Happened.TRANSFER_FAILED),
)


@dataclass(frozen=True)
class Reached:
    """A turn: the position it leaves the call in, and how one came there, as « MENU main: 1 »."""

    way: str
    state: State
    actions: tuple[Action, ...]


def explore(machine: Machine, content: Content) -> Iterator[Reached]:
    """Every turn there is: from each position every key it accepts, and everything else that may happen there.

    Choices between topics, which only follow a question said aloud, are tried with every topic among them.
    """
    start, opening = machine.start()
    yield Reached("opening", start, opening)
    seen = {start}
    waiting = deque([(start, opening)])
    for topics in _choices(content):
        custom = {"status": "clarify", "topics": topics, "country": "mali"}
        state, actions = machine.step(start, Event(Happened.REPLIED, custom=custom))
        yield Reached("clarify", state, actions)
        seen.add(state)
        waiting.append((state, actions))
    while waiting:
        state, actions = waiting.popleft()
        collect = actions[-1]
        keys = collect.digits if isinstance(collect, Collect) else ""
        events = [Event(Happened.DIGITS, key) for key in keys] + [*_ELSEWHERE]
        for event in events:
            after, said = machine.step(state, event)
            yield Reached(f"{_named(state)}: {event.digits or event.happened.value}", after, said)
            if after not in seen:
                seen.add(after)
                waiting.append((after, said))


def _choices(content: Content) -> Iterator[list[str]]:
    """The longest three together, and so on: no three take longer to say than the first."""
    topics = sorted(content.names, key=lambda topic: len(content.names[topic]), reverse=True)
    for start in range(0, len(topics), MOST_OFFERED):
        yield topics[start : start + MOST_OFFERED]


def _named(state: State) -> str:
    place = " ".join(state.topics) or state.menu
    return f"{state.view.name} {place}{f' {state.part + 1}' if state.part else ''}"
