"""What a message costs late in a conversation.

A machine is never as busy at the end of a long conversation as it was at its beginning. So the turns that are compared
belong to different conversations that say the same: each is brought to just before its turn, then all of them are asked
the same messages in turn.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from evaluation.bench.choice import Script
from evaluation.bench.figures import AROUND, TURNS, by_turn
from evaluation.bench.http_client import Connection
from evaluation.bench.load import ask, open_one
from evaluation.bench.names import ALL, in_turn
from evaluation.bench.servers import Server
from evaluation.results import say


async def long_conversations(servers: Mapping[str, Server], scripts: Sequence[Script]) -> dict[str, dict[str, Any]]:
    """The figures of each server, as `figures.by_turn` makes them. Raises HttpError, OSError."""
    compared: dict[str, dict[int, list[float]]] = {name: {turn: [] for turn in TURNS} for name in ALL}
    whole: dict[str, list[list[float]]] = {name: [] for name in ALL}
    for script, order in zip(scripts, in_turn(len(scripts)), strict=True):
        async with AsyncExitStack() as stack:
            connections = {name: await stack.enter_async_context(Connection(servers[name].port)) for name in ALL}
            opened = {
                (name, turn): (await open_one(servers[name], connections[name], script)).messages
                for name in ALL
                for turn in TURNS
            }
            seconds: dict[str, list[float]] = {name: [] for name in ALL}
            for turn in TURNS:
                for place in range(turn - AROUND - 1):
                    for name in order:
                        took = await ask(connections[name], opened[name, turn][place])
                        if turn == max(TURNS):
                            seconds[name].append(took)
            for offset in range(-AROUND - 1, AROUND):
                for turn in TURNS:
                    for name in order:
                        took = await ask(connections[name], opened[name, turn][turn + offset])
                        compared[name][turn].append(took)
        for name in ALL:
            whole[name].append(seconds[name])
        say(f"  Conversations of {', '.join(map(str, TURNS))} turns held with each")
    return {name: by_turn(compared[name], whole[name]) for name in ALL}
