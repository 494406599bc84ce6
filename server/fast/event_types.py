"""`event-types`: an event's class is looked up by its name once.

Rasa walks all subclasses of `Event` for every event that it reads back from a store or from the action server.
"""

from typing import Any

from server.fast.patch import Patch, Replacement


def _remembered(original: staticmethod) -> staticmethod:  # type: ignore[type-arg]  # subscripted only by mypy
    walk = original.__func__
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = walk(type_name, default)
            # A default is the caller's, and None stands for a type that is gone: neither is the name's class.
            if found is not None and found.type_name == type_name:
                known[type_name] = found
        return found

    return staticmethod(resolve_by_type)


PATCH = Patch(
    "event-types", (Replacement("rasa.shared.core.events:Event", "resolve_by_type", "eab381cd0a9958e1", _remembered),)
)
