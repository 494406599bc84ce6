"""The hostile campaign against a running assistant: every kind of input, in its share, then log, memory and sense.

`make hostile` (python -m tests.hostile.campaign) starts an assistant, holds the whole campaign and says what was tried.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

from evaluation.running import StartError, running
from tests.conftest import Assistant
from tests.hostile import kinds, schema
from tests.hostile.kinds import Kind
from tests.hostile.watch import Watch

FULL = 22_000
# Parts of a hundred: what reaches Rasa takes longest, what the gateway refuses by itself is tried more.
SHARES: dict[str, tuple[int, Kind]] = {
    "any text": (16, kinds.any_text),
    "markup": (6, kinds.markup),
    "SQL": (6, kinds.sql),
    "Rasa commands": (6, kinds.commands),
    "floods": (3, kinds.floods),
    "bodies": (17, kinds.bodies),
    "HTTP": (13, kinds.http),
    "VoiceXML": (11, kinds.voicexml),
    "paths": (8, kinds.paths),
    "console": (4, kinds.console),
    "OpenAPI": (10, schema.operations),
}
# Of the inputs, before memory counts: what Python and Rasa keep for good is there by then.
_WARM_UP = 0.3


def hold(watch: Watch, inputs: int, number: int) -> dict[str, float]:
    """Try about `inputs` inputs, drawn with the seed `number`; the growth of memory by part. Raises AssertionError."""
    draw = random.Random(number)
    warm_up = int(inputs * _WARM_UP)
    for part in (warm_up, inputs - warm_up):
        for share, kind in SHARES.values():
            kind(watch, part * share // 100 + 1, draw)
            watch.still_right()
        if part == warm_up:
            watch.warm()
    return watch.finish()


def main() -> int:
    """Hold the whole campaign. Returns the exit status: 1 when anything did not hold."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom().randrange(2**32)
    print(f"Hostile campaign, seed {number}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with running(Path(folder)) as started:
                watch = Watch(Assistant(started.url, started.keys, started.run_dir, started.metrics_url))
                begun = time.monotonic()
                grown = hold(watch, FULL, number)
                seconds = time.monotonic() - begun
        except (StartError, AssertionError) as error:
            print(f"It did not hold: {error}", file=sys.stderr)
            return 1
    for kind, tried in watch.tried.items():
        print(f"{kind:15} {tried:6}")
    print(f"{'all':15} {watch.tried.total():6} in {seconds:.0f} s; none answered 5xx but a documented 503, none empty.")
    print("statuses: " + ", ".join(f"{status or 'closed'} {tried}" for status, tried in sorted(watch.statuses.items())))
    print("memory after warm-up, as a ratio: " + ", ".join(f"{part} {ratio}" for part, ratio in grown.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
