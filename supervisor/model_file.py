"""Whether the trained model is the one that was recorded: an archive is unpacked and run only when its hash is right.

Rasa trusts what it loads: a crafted archive runs code (CVE-2024-49375). `scripts/train.sh` records the hash of what it
trained. Both files are in one folder: this finds an archive that was damaged or put in another's place; against
somebody who may write there, the folder is kept read-only (docs/hardening.md). Standard library alone: both
environments use it.
"""

import hashlib
from pathlib import Path

# Written as sha256sum does: 64 hexadecimal digits, two spaces, the file's name.
SUFFIX = ".sha256"


class ModelError(RuntimeError):
    """The model cannot be loaded; the message is a sentence that says what to do."""


def check(model: Path) -> None:
    """Raise ModelError unless `model` has the hash that is recorded beside it."""
    record = model.with_name(model.name + SUFFIX)
    again = f"Train it again: rm -f {model} && make train"
    try:
        recorded = record.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        raise ModelError(f"{record}, the hash of the model, cannot be read. {again}") from None
    try:
        found = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{model} cannot be read ({error.strerror}). {again}") from None
    if recorded[:1] != [found]:
        raise ModelError(f"{model} is not the model that was trained: its hash differs from {record}. {again}")
