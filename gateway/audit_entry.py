"""What a row of the audit log says of an answer: nothing of what a person wrote or of who it was."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Given:
    """An answer that was given. `topics` are what it is about or, when `unsure`, what the question might have meant."""

    door: str
    country: str | None
    offer: str | None
    topics: tuple[str, ...]
    status: str
    unsure: bool
    version: str
    policy_sha256: str | None


def hour_of(seconds: float) -> str:
    """The hour of a time (seconds since the epoch) in UTC, such as 2026-11-21T14Z. Nothing finer is kept."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%HZ")
