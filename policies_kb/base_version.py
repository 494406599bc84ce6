"""The version of the knowledge base that answers were composed from: a digest of all that it holds.

Two bases built from the same content have the same version, whenever and wherever they were built.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from policies_kb import base

# As long as a short commit id is safe, and short enough to be read over the telephone.
_SHOWN = 16
_known: dict[Path, tuple[base.KnowledgeBase, str]] = {}


def version_of(path: Path) -> str:
    """The version of the base at `path`, 16 hexadecimal digits. Raises BaseError when it cannot be read."""
    now = base.current(path)
    known = _known.get(path)
    if known is None or known[0] is not now:
        content = json.dumps(_plain(now), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        known = _known[path] = (now, hashlib.sha256(content.encode()).hexdigest()[:_SHOWN])
    return known[1]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return sorted((json.dumps(_plain(key)), _plain(held)) for key, held in value.items())
    if isinstance(value, tuple | list):
        return [_plain(held) for held in value]
    return value.isoformat() if isinstance(value, date) else value
