"""`python -m tests.conversations FILE...`: hold conversations with the running assistant, and print how many go well.

It is the one at PORT (8080) of this machine, with the keys in RUN_DIR (.run); start it with RATE_LIMITS=off.
"""

import json
import os
import sys
from pathlib import Path

import httpx
import yaml

from gateway.settings import Settings
from tests.conversations.judging import Judge, hold


def main(paths: list[str]) -> int:
    """Print what fails, then the figures a file. Returns 0 when everything goes as it must, 1 otherwise."""
    settings = Settings.from_environment(os.environ)
    keys = json.loads((settings.run_dir / "keys.json").read_text("utf-8"))
    judge = Judge.from_contract()
    right = held = 0
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=30, trust_env=False) as client:
        for path in paths:
            cases = yaml.safe_load(Path(path).read_text("utf-8"))
            broken = {case["id"]: lines for case in cases if (lines := hold(case, client, keys, judge))}
            for name, lines in broken.items():
                print(name, *lines, sep="\n  ")
            print(f"{len(cases) - len(broken)} of {len(cases)} right: {path}")
            right, held = right + len(cases) - len(broken), held + len(cases)
    print(f"{right} of {held} conversations right ({right / held:.1%})")
    return 0 if right == held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
