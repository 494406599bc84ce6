"""Following a turn through Rasa: its request's id goes on to the action server, and its parts become spans.

Each is put on what Rasa has loaded, and leaves it as it is where it is not as expected: a turn matters more than what
is seen of it.
"""

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent

from observability import traces

logger = logging.getLogger(__name__)

# What does the parts of a turn, as Server-Timing has them, in rasa.core.processor.MessageProcessor.
_PARTS = {"get_tracker": "keep", "parse_message": "parse", "_run_prediction_loop": "act", "save_tracker": "keep"}


def follow(agent: Agent) -> None:
    """Pass on, with each call of an action, the headers that join it to the request in hand; trace where that is on."""
    if agent.action_endpoint is not None:
        _pass_on(agent.action_endpoint)
    if traces.are_on():
        for method, part in _PARTS.items():
            _trace(agent.processor, method, part)
        _trace_actions()


def _pass_on(endpoint: Any) -> None:
    # EndpointConfig.request takes further headers, but RemoteAction, which calls it, has none to give.
    ask: Callable[..., Awaitable[Any]] = endpoint.request

    @functools.wraps(ask)
    async def asking(*arguments: Any, headers: dict[str, str] | None = None, **named: Any) -> Any:
        with traces.span("action server", asks=True):
            return await ask(*arguments, headers={**(headers or {}), **traces.outgoing()}, **named)

    endpoint.request = asking


def _trace(processor: Any, method: str, part: str) -> None:
    do: Callable[..., Awaitable[Any]] | None = getattr(processor, method, None)
    if do is None:
        logger.warning("this Rasa does not have %s: traces will not show %s", method, part)
        return

    @functools.wraps(do)
    async def doing(*arguments: Any, **named: Any) -> Any:
        with traces.span(part):
            return await do(*arguments, **named)

    setattr(processor, method, doing)


def _trace_actions() -> None:
    # Also of those that run here (server/fast/actions_here.py). Their names are the domain's.
    run = RemoteAction.run

    @functools.wraps(run)
    async def running(self: RemoteAction, *arguments: Any, **named: Any) -> Any:
        with traces.span(self.name()):
            return await run(self, *arguments, **named)

    RemoteAction.run = running
