"""Which patches are wanted, and making them: `RASA_PATCHES` is `all` (the default), `off`, or names with commas."""

import logging
from pathlib import Path

from server.fast import actions_here, graph, history, rules, schema, unused
from server.fast.patch import Patch, UnexpectedError

logger = logging.getLogger(__name__)

PATCHES: tuple[Patch, ...] = (
    schema.PATCH,
    graph.PATCH,
    history.PATCH,
    rules.PATCH,
    actions_here.PATCH,
)
NAMES = (unused.NAME, *(patch.name for patch in PATCHES))


def wanted(setting: str) -> frozenset[str]:
    """The names that a setting chooses. Raises ValueError for an unknown one."""
    if setting in ("all", ""):
        return frozenset(NAMES)
    chosen = frozenset() if setting == "off" else frozenset(name.strip() for name in setting.split(","))
    unknown = chosen - set(NAMES)
    if unknown:
        raise ValueError(f"RASA_PATCHES: {', '.join(sorted(unknown))} is none of: all, off, {', '.join(NAMES)}")
    return chosen


def install(setting: str, model: Path) -> None:
    """Make the patches that are wanted, before Rasa is imported; one that Rasa does not fit is left out and logged.

    Raises ValueError for an unknown name.
    """
    chosen = wanted(setting)
    if chosen != set(NAMES):
        logger.warning("RASA_PATCHES leaves out: %s", ", ".join(sorted(set(NAMES) - chosen)))
    for name in NAMES:
        if name not in chosen:
            continue
        try:
            if name == unused.NAME:
                unused.apply(model)
            else:
                next(patch for patch in PATCHES if patch.name == name).apply()
        except UnexpectedError as error:
            logger.warning("the patch %s is off, Rasa's own code runs in its place: %s", name, error)
