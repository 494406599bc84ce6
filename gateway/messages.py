"""The French sentences that the gateway itself says, from `messages.yml`."""

from pathlib import Path
from typing import Any

import yaml

_PATH = Path(__file__).with_name("messages.yml")
_TEXTS: dict[str, dict[str, str]] = yaml.safe_load(_PATH.read_text(encoding="utf-8"))


def sentence(group: str, name: str, **values: Any) -> str:
    """The sentence `name` of a group, with its placeholders filled. Raises KeyError when there is none."""
    return _TEXTS[group][name].format(**values)
