"""What a caller is told at each position, and which keys are accepted there. Nothing here changes the position."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.ivr.actions import Action, Collect, Hangup, Role, Say, Transfer
from gateway.ivr.content import Content, Prompts
from gateway.ivr.state import State, View

ADVISER, REPEAT, BACK = "0", "*", "#"
EVERYWHERE = ADVISER + REPEAT + BACK
DETAIL_KEY, ADDRESS_KEY, NEXT_KEY = "1", "2", "1"
_TIMEOUT_MS = 5000
# Whoever writes an address down looks for the keys later.
_WRITING_MS = 10000
_TO_CHOOSE_ALOUD = frozenset({View.MENU, View.CHOICE, View.SAID})


@dataclass(frozen=True)
class Answer:
    """The parts of an answer, as `custom.spoken` has them."""

    answer: tuple[str, ...]
    detail: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


AnswerOf = Callable[[tuple[str, ...]], Answer]
Offered = list[tuple[str, str]]


class Views:
    """Says what a state says; `answer_of` composes the answer to topics, `speech`: questions can be said aloud."""

    def __init__(self, content: Content, answer_of: AnswerOf, speech: bool) -> None:
        self._content = content
        self._prompts: Prompts = content.prompts
        self._answer_of = answer_of
        self._speech = speech

    def opening(self) -> tuple[Action, ...]:
        """The first turn of a call."""
        opening = [Say(self._prompts.say("opening"), barge_in=False), Say(self._prompts.say("everywhere"))]
        if self._speech:
            opening.append(Say(self._prompts.say("ask_aloud")))
        return (*opening, *self.turn(State()))

    def turn(self, state: State, *before: str) -> tuple[Action, ...]:
        """Everything that is said at a position, after the sentences of `before`."""
        return (*map(Say, before), *self._content_of(state), *self._ending(state))

    def again(self, state: State, *before: str) -> tuple[Action, ...]:
        """Only the options: after a miss, who has heard the rest need not hear it all again."""
        return (*map(Say, before), *self._ending(state))

    def adviser(self, *before: str) -> tuple[Action, ...]:
        """The turn that hands the caller over."""
        return (*map(Say, before), Say(self._prompts.say("adviser")), Transfer())

    def goodbye(self, *before: str) -> tuple[Action, ...]:
        """The turn that ends the call."""
        return (*map(Say, before), Say(self._prompts.say("goodbye")), Hangup())

    def answer(self, state: State) -> Answer:
        """The answer that a state speaks of."""
        return self._answer_of(state.topics)

    def keys(self, state: State) -> str:
        """The keys accepted at a position."""
        return "".join(dict.fromkeys([key for _, key in self._offered(state)] + list(EVERYWHERE)))

    def _content_of(self, state: State) -> Iterator[Say]:
        match state.view:
            case View.MENU:
                yield Say(self._content.menus[state.menu].title)
            case View.ANSWER:
                yield from map(Say, self.answer(state).answer)
            case View.DETAIL:
                parts = self.answer(state).detail
                if len(parts) > 1:
                    number = self._prompts.number
                    yield Say(self._prompts.say("part", part=number(state.part + 1), parts=number(len(parts))))
                yield Say(parts[state.part])
            case View.ADDRESS:
                yield Say(self._prompts.say("address"))
                yield from (Say(line, rate="slow") for line in self.answer(state).address)
            case View.CHOICE:
                yield Say(self._prompts.say("which_topic"))
            case _:
                yield from map(Say, state.said)

    def _ending(self, state: State) -> tuple[Say, Collect]:
        return (
            Say(self._prompts.options(self._offered(state)), role=Role.OPTIONS),
            Collect(
                digits=self.keys(state),
                timeout_ms=_WRITING_MS if state.view is View.ADDRESS else _TIMEOUT_MS,
                speech=self._speech and state.view in _TO_CHOOSE_ALOUD,
            ),
        )

    def _offered(self, state: State) -> Offered:
        """The options said at a position. Menus leave « 0 », « * » and « # » unsaid: the opening has told them."""
        named = self._prompts.option
        match state.view:
            case View.MENU:
                choices = self._content.menus[state.menu].choices
                return [(choice.say, str(key)) for key, choice in enumerate(choices, 1)]
            case View.CHOICE:
                return [(self._content.names[topic], str(key)) for key, topic in enumerate(state.topics, 1)]
            case View.ANSWER:
                answer = self.answer(state)
                more = [(named("detail"), DETAIL_KEY)] if answer.detail else []
                more += [(named("address"), ADDRESS_KEY)] if answer.address else []
                return [*more, (named("repeat"), REPEAT), (named("menu"), BACK), (named("adviser"), ADVISER)]
            case View.DETAIL:
                goes_on = state.part + 1 < len(self.answer(state).detail)
                following = [(named("next"), NEXT_KEY)] if goes_on else []
                return [*following, (named("repeat"), REPEAT), (named("back"), BACK), (named("adviser"), ADVISER)]
            case View.ADDRESS:
                return [(named("hear_again"), REPEAT), (named("back"), BACK), (named("adviser"), ADVISER)]
            case _:
                return [(named("menu"), BACK), (named("repeat"), REPEAT), (named("adviser"), ADVISER)]
