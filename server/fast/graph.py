"""`graph`: the components of the pipeline and the policies are called in order, without dask.

Their order is the same for every message. Rasa works it out each time with dask's scheduler, which is made for graphs
that are worth it, and formats the whole input for a debug line.
"""

from typing import Any

from server.fast.patch import Patch, Replacement

_Step = tuple[str, Any, tuple[str, ...]]


def _in_order(original: Any) -> Any:
    from rasa.engine.exceptions import GraphRunError

    def run(self: Any, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        given = inputs or {}
        plans = self.__dict__.setdefault("_plans", {})
        key = (wanted, tuple(given))
        plan = plans.get(key)
        if plan is None:
            plan = plans[key] = _plan(self, wanted, given)
        if plan is False:
            result: dict[str, Any] = original(self, inputs, targets)
            return result
        values = {name: (name, value) for name, value in given.items()}
        try:
            for name, node, needs in plan:
                values[name] = node(*[values[need] for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(values[name] for name in wanted)

    return run


def _plan(runner: Any, wanted: tuple[str, ...], given: dict[str, Any]) -> list[_Step] | bool:
    """The steps in an order in which each finds what it needs; False where Rasa shall see to it."""
    schema = runner._graph_schema.minimal_graph_schema(list(wanted))
    # Rasa complains of the first in its own words, and passes on what is missing by its name.
    if any(name in schema.nodes for name in given) or any(
        need not in schema.nodes and need not in given for node in schema.nodes.values() for need in node.needs.values()
    ):
        return False
    steps: list[_Step] = []
    done = set(given)

    def visit(name: str) -> None:
        if name in done:
            return
        done.add(name)
        needs = tuple(schema.nodes[name].needs.values())
        for need in needs:
            visit(need)
        steps.append((name, runner._instantiated_nodes[name], needs))

    for name in schema.nodes:
        visit(name)
    return steps


PATCH = Patch(
    "graph",
    (Replacement("rasa.engine.runner.dask:DaskGraphRunner", "run", "39c53d008746a393", _in_order),),
    (
        ("rasa.engine.runner.dask:DaskGraphRunner", "_build_dask_graph", "d9a3c5c70763c421"),
        ("rasa.engine.runner.dask:DaskGraphRunner", "_add_inputs_to_graph", "852374ac06efb3b3"),
        ("rasa.engine.graph:GraphNode", "__call__", "affe0b020acdae50"),
    ),
)
