"""`python -m gateway.ivr lint`: check everything that the line says, against the knowledge base in RUN_DIR."""

import argparse
import os
import sys

from gateway.errors import GatewayError
from gateway.ivr import content
from gateway.ivr.actions import Role, Say
from gateway.ivr.answers import Answers
from gateway.ivr.explore import explore
from gateway.ivr.lint import length, lint
from gateway.ivr.machine import Machine
from gateway.settings import Settings, SettingsError

_LONGEST = 5


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong, then the longest prompts. Returns the exit status: 1 when anything is."""
    parser = argparse.ArgumentParser(prog="python -m gateway.ivr", description=__doc__)
    parser.add_argument("command", choices=["lint"])
    parser.parse_args(arguments)
    try:
        base = Settings.from_environment(os.environ).base_path
        said = content.load()
        reached = list(explore(Machine(said, Answers(base), speech=True), said))
    except (SettingsError, content.ContentError) as error:
        print(f"ivr: {error}", file=sys.stderr)
        return 1
    except GatewayError:
        print(f"ivr: there is no knowledge base at {base}: run 'make kb'", file=sys.stderr)
        return 1
    findings = list(lint(reached))
    for finding in findings:
        print(finding)
    says = {say for turn in reached for say in turn.actions if isinstance(say, Say)}
    for role in Role:
        longest = sorted((say for say in says if say.role is role), key=length, reverse=True)[:_LONGEST]
        print(f"longest, {role.value}:")
        for say in longest:
            print(f"  {length(say):4.1f} s  {say.text}")
    print(f"{len({turn.state for turn in reached})} states, {len(says)} prompts, {len(findings)} to correct")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
