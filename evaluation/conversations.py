"""python -m evaluation.conversations: hold the development conversations with the whole running assistant, over HTTP.

Runs in .venvs/evaluation. Starts the assistant by itself and stops it. Writes
.cache/evaluation/results/conversations.json, and what failed into .cache/evaluation/failures.txt. With --sealed it
holds the sealed conversations instead, once: the result stays in evaluation/sealed/RESULT.json, to be committed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from evaluation.held import Held, Turn, failures, summary
from evaluation.locks import ANSWERING, GATEWAY, locked
from evaluation.results import CACHE, RESULTS, ROOT, fingerprint, say, write, write_text
from evaluation.running import StartError, memory_mb, running
from evaluation.sets import (
    DEVELOPMENT,
    SEALED,
    Case,
    SetError,
    check_development,
    check_sealed,
    read_set,
    sha256,
)
from tests.conversations.judging import Judge, joined, replies

RESULT = SEALED / "RESULT.json"
# What decides how the assistant answers.
MADE_OF = (
    "config.yml",
    "domain.yml",
    "endpoints.yml",
    "data/nlu",
    "data/rules",
    "nlu",
    "policies_kb",
    "actions",
    "server",
    "gateway",
)
PROGRESS_EVERY = 15  # seconds


def hold(case: Case, client: httpx.Client, keys: dict[str, str], judge: Judge) -> Held:
    """Hold one conversation. Raises httpx.HTTPError when there is no reply."""
    spoken = case.content.get("channel") == "ivr"
    turns = []
    for turn, messages in replies(case.content, client, keys):
        custom: dict[str, Any] = next((message["custom"] for message in messages if message.get("custom")), {})
        turns.append(
            Turn(
                said=turn["user"],
                expected=turn,
                status=custom.get("status"),
                contacts=frozenset(contact["id"] for contact in custom.get("contacts", ())),
                text=joined(messages),
                broken=judge.broken(turn, messages, spoken),
                ungrounded=judge.broken({}, messages, spoken),
            )
        )
    return Held(case.id, case.file, tuple(case.content.get("tags", ())), turns)


def hold_all(cases: Sequence[Case]) -> tuple[list[Held], dict[str, float]]:
    """Start the assistant and hold all conversations; also the memory of its processes afterwards, in MB."""
    judge = Judge.from_contract()
    say("  Starting the assistant…")
    with (
        tempfile.TemporaryDirectory(prefix="evaluation-") as folder,
        running(Path(folder)) as assistant,
        httpx.Client(base_url=assistant.url, timeout=30, trust_env=False) as client,
    ):
        held: list[Held] = []
        started = told = time.monotonic()
        for case in cases:
            held.append(hold(case, client, assistant.keys, judge))
            if time.monotonic() - told >= PROGRESS_EVERY:
                told = time.monotonic()
                say(f"  {len(held)} of {len(cases)} conversations held ({told - started:.0f} s)")
        return held, memory_mb(assistant.supervisor.pid)


def main(arguments: Sequence[str]) -> int:
    """Hold a set and write its figures; the exit status is 1, with a sentence, when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.conversations", description=__doc__)
    parser.add_argument("--sealed", action="store_true", help="the sealed conversations; only once")
    parser.add_argument("--again", action="store_true", help="hold the sealed conversations although they were held")
    parser.add_argument("--files", nargs="+", metavar="NAME", help="for a trial: these files of the set alone")
    chosen = parser.parse_args(arguments)
    if chosen.sealed and chosen.files:
        parser.error("a trial with some of the sealed conversations would open them")
    folder = SEALED if chosen.sealed else DEVELOPMENT
    try:
        before = check_sealed(RESULT, chosen.again) if chosen.sealed else []
        digest = sha256(folder) if chosen.sealed else check_development()
        cases = [case for case in read_set(folder) if not chosen.files or case.file in chosen.files]
        held, memory = hold_all(cases)
    except (SetError, StartError, subprocess.CalledProcessError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 1
    results = {
        "date": date.today().isoformat(),
        "set": digest,
        "code": fingerprint(
            *MADE_OF, versions={"rasa": locked("rasa", *ANSWERING), "gateway": locked("gateway", *GATEWAY)}
        ),
        **summary(held),
        "memory_mb": memory,
        "processors": os.cpu_count(),
    }
    trial = "-trial" if chosen.files else ""
    listed = CACHE / ("failures-sealed.txt" if chosen.sealed else f"failures{trial}.txt")
    if chosen.sealed:
        written = RESULT
        write(written, {"runs": [*before, results]})
    else:
        written = RESULTS / f"conversations{trial}.json"
        write(written, results)
    write_text(listed, failures(held))
    right = results["conversations"]
    say(
        f"  {right['right']} of {right['asked']} right ({right['share']:.1%}),"
        f" wrong contacts: {results['wrong_contacts']},"
        f" not grounded: {results['not_grounded']}; written: {written.relative_to(ROOT)}, {listed.relative_to(ROOT)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
