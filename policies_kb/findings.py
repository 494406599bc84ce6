"""What `check` finds wrong, and how it is said."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong in one file of content, and what to do about it."""

    file: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.wrong}: {self.remedy}"


def shown(text: str, limit: int = 60) -> str:
    """A text as a finding quotes it: on one line, cut when it is long."""
    line = " ".join(text.split())
    return f"« {line if len(line) <= limit else line[: limit - 3] + '...'} »"
