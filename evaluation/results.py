"""Where figures are kept, and what decides whether they are made again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "evaluation"
RESULTS = CACHE / "results"


def fingerprint(*names: str, versions: Mapping[str, Any] | None = None, root: Path = ROOT) -> str:
    """A hash (64 hexadecimal digits) of the names and contents of files and of whole folders under `root`.

    `versions` of packages (locks.py) count too. Raises OSError for a file that is not there.
    """
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if not file.is_dir() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    if versions is not None:
        digest.update(json.dumps(versions, sort_keys=True).encode())
    return digest.hexdigest()


def read(path: Path) -> dict[str, Any] | None:
    """What `write` wrote, None where it wrote nothing yet. Raises ValueError for a file that is no JSON."""
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as JSON, whole or not at all. Raises OSError when it cannot be written."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all, in a folder made on the way. Raises OSError when it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, "utf-8")
    new.replace(path)


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)
