"""What an event does to a call: (state, event) -> (state, actions), without any input or output.

The same state and event always give the same result, as long as the knowledge base is the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateway.ivr.actions import Action, Hangup
from gateway.ivr.content import MAIN, Content
from gateway.ivr.state import Event, Happened, State, View
from gateway.ivr.views import ADDRESS_KEY, ADVISER, BACK, DETAIL_KEY, NEXT_KEY, REPEAT, AnswerOf, Views

MOST_MISSES = 3
MOST_REFUSALS = 2
MOST_OFFERED = 3
_MISSES = {Happened.NOINPUT: "noinput", Happened.NOMATCH: "nomatch", Happened.UNHEARD: "unheard"}
# Names of keys on some voice platforms.
_ALIASES = {"star": REPEAT, "asterisk": REPEAT, "pound": BACK, "hash": BACK}

Outcome = tuple[State, tuple[Action, ...]]


class Machine:
    """The dialogue of the line over its content."""

    def __init__(self, content: Content, answer_of: AnswerOf, speech: bool = False) -> None:
        self._content = content
        self._prompts = content.prompts
        self._views = Views(content, answer_of, speech)

    def start(self) -> Outcome:
        """The first turn."""
        return State(), self._views.opening()

    def step(self, state: State, event: Event) -> Outcome:
        """What follows from an event; one that does not fit the position is a miss, never an error."""
        if state.view is View.OVER or event.happened in (Happened.HANGUP, Happened.TRANSFERRED):
            return replace(state, view=View.OVER), (Hangup(),)
        if state.view is View.ADVISER:
            is_refused = event.happened is Happened.TRANSFER_FAILED
            return self._refused(state) if is_refused else (state, self._views.adviser())
        match event.happened:
            case Happened.MAXTIME:
                return self._adviser(state, self._prompts.say("time_is_over"))
            case Happened.TRANSFER_FAILED:
                return state, self._views.again(state)
            case Happened.DIGITS:
                return self._pressed(state, event.digits)
            case Happened.REPLIED:
                return self._replied(state, event.custom)
            case Happened.UNANSWERED:
                return state, self._views.again(state, self._prompts.say("unanswered"))
            case _:
                return self._missed(state, event.happened)

    def _pressed(self, state: State, digits: str) -> Outcome:
        key = digits.strip().lower().removeprefix("dtmf-")
        key = _ALIASES.get(key, key)
        if len(key) != 1 or key not in self._views.keys(state):
            return self._missed(state, Happened.NOMATCH)
        heard = replace(state, noinput=0, nomatch=0)
        match key:
            case _ if key == ADVISER:
                return self._adviser(heard)
            case _ if key == REPEAT:
                return self._at(heard)
            case _ if key == BACK:
                behind = self._back(heard)
                # Who comes back to an answer has heard it.
                return (behind, self._views.again(behind)) if behind.view is View.ANSWER else self._at(behind)
            case _:
                return self._at(self._chosen(heard, key))

    def _chosen(self, state: State, key: str) -> State:
        """Where a key leads that the position offers."""
        match state.view:
            case View.MENU:
                choice = self._content.menus[state.menu].choices[int(key) - 1]
                if choice.menu:
                    return replace(state, menu=choice.menu)
                return replace(state, view=View.ANSWER, topics=(choice.topic or "",))
            case View.CHOICE:
                return self._answering(state, (state.topics[int(key) - 1],))
            case View.DETAIL:
                assert key == NEXT_KEY
                return replace(state, part=state.part + 1)
            case _:
                assert key in (DETAIL_KEY, ADDRESS_KEY)
                return replace(state, view=View.DETAIL if key == DETAIL_KEY else View.ADDRESS, part=0)

    def _back(self, state: State) -> State:
        """One step towards the main menu."""
        if state.view in (View.DETAIL, View.ADDRESS):
            return replace(state, view=View.ANSWER, part=0)
        if state.view is View.MENU:
            return replace(state, menu=self._content.menus[state.menu].parent or MAIN)
        return replace(state, view=View.MENU, topics=(), said=())

    def _answering(self, state: State, topics: tuple[str, ...]) -> State:
        """At an answer that was not reached through its menu: « # » leads to the menu where it stands."""
        return replace(state, view=View.ANSWER, topics=topics, menu=self._content.menu_of(topics[0]), said=(), part=0)

    def _replied(self, state: State, custom: Mapping[str, Any]) -> Outcome:
        """After a question said aloud: an answer as by keys, a choice by keys, a person, or what the reply says."""
        heard = replace(state, noinput=0, nomatch=0, part=0)
        topics = tuple(custom["topics"])
        status, is_ours = custom["status"], custom["country"] == "mali"
        if status == "handoff":
            return self._adviser(heard)
        if status in ("answered", "not_in_policy") and topics and is_ours:
            return self._at(self._answering(heard, topics))
        if status in ("clarify", "excerpt") and topics and is_ours:
            return self._at(replace(heard, view=View.CHOICE, menu=MAIN, topics=topics[:MOST_OFFERED], said=()))
        said = tuple(custom["spoken"]["answer"])
        return self._at(replace(heard, view=View.SAID, menu=MAIN, topics=(), said=said))

    def _missed(self, state: State, kind: Happened) -> Outcome:
        missed = replace(
            state,
            noinput=state.noinput + (kind is Happened.NOINPUT),
            nomatch=state.nomatch + (kind is not Happened.NOINPUT),
        )
        told = self._prompts.missed(_MISSES[kind], missed.misses)
        if missed.misses >= MOST_MISSES:
            return self._adviser(missed, told)
        return missed, self._views.again(missed, told)

    def _adviser(self, state: State, *before: str) -> Outcome:
        calm = replace(state, view=View.ADVISER, noinput=0, nomatch=0, topics=(), said=(), part=0)
        return calm, self._views.adviser(*before)

    def _refused(self, state: State) -> Outcome:
        """No adviser was to be had: on with the main menu, once; the second time the call ends."""
        told = self._prompts.say("no_adviser")
        refused = replace(state, refusals=state.refusals + 1, noinput=0, nomatch=0)
        if refused.refusals >= MOST_REFUSALS:
            return replace(refused, view=View.OVER), self._views.goodbye(told)
        at_menu = replace(refused, view=View.MENU, menu=MAIN, topics=(), said=(), part=0)
        return at_menu, self._views.turn(at_menu, told)

    def _at(self, state: State) -> Outcome:
        return state, self._views.turn(state)
