"""`python -m tests.ivr.measure`: real durations of every prompt, beside the estimate of policies_kb/speech.py.

Needs espeak-ng, and RUN_DIR with a knowledge base. Run it when the estimate or the voice changes; the figures are in
docs/ivr-profile.md.
"""

import io
import os
import statistics
import subprocess
import wave
from pathlib import Path

from gateway.ivr import content
from gateway.ivr.actions import Role, Say
from gateway.ivr.answers import Answers
from gateway.ivr.explore import explore
from gateway.ivr.lint import length
from gateway.ivr.machine import Machine

_WORDS_A_MINUTE = 150
_HEADER_BYTES = 44


def spoken_seconds(say: Say) -> float:
    """How long espeak-ng takes to say a prompt, in seconds."""
    pace = str(round(_WORDS_A_MINUTE / (1.25 if say.rate == "slow" else 1)))
    command = ["espeak-ng", "-v", "fr", "-s", pace, "--stdout", say.text]
    sound = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(sound)) as read:
        # A stream has no length in its header.
        bytes_a_second: int = read.getsampwidth() * read.getnchannels() * read.getframerate()
        return (len(sound) - _HEADER_BYTES) / bytes_a_second


def main() -> None:
    """Print the ratio of real to estimated, and the prompts that take longest."""
    said = content.load()
    machine = Machine(said, Answers(Path(os.environ.get("RUN_DIR", ".run")) / "kb.sqlite"), speech=True)
    says = {say for turn in explore(machine, said) for say in turn.actions if isinstance(say, Say)}
    measured = sorted(((spoken_seconds(say), say) for say in says), key=lambda pair: pair[0], reverse=True)
    ratios = [real / length(say) for real, say in measured]
    print(f"{len(measured)} prompts; real / estimated: mean {statistics.mean(ratios):.2f}, most {max(ratios):.2f}")
    for real, say in measured[:5]:
        print(f"{real:5.1f} s, estimated {length(say):4.1f} s: {say.text}")
    for real, say in [pair for pair in measured if pair[1].role is Role.OPTIONS][:5]:
        print(f"options {real:4.1f} s, estimated {length(say):4.1f} s: {say.text}")


if __name__ == "__main__":
    main()
