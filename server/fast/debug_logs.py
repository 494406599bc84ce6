"""`debug-logs`: nothing is copied for log lines that nobody reads.

Rasa deep-copies events and parsed messages as arguments of `structlogger.debug`, also when debug lines are dropped at
once. Every use of `copy` in the two modules is such an argument.
"""

import copy
import types
from typing import Any

from server.fast.patch import Patch, Replacement


def _without_copies(_: types.ModuleType) -> Any:
    def itself(value: Any) -> Any:
        return value

    return types.SimpleNamespace(deepcopy=itself, copy=copy.copy)


PATCH = Patch(
    "debug-logs",
    (
        Replacement("rasa.core.processor", "copy", "f42dfbf26e2ffcb6", _without_copies),
        Replacement("rasa.core.policies.rule_policy", "copy", "952d1a13906511ac", _without_copies),
    ),
)
