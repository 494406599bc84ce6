"""Where nobody asks for traces, what makes them is not even imported."""

import os
import subprocess

import pytest

from observability.traces import ENDPOINT
from tests.conftest import ROOT

MODULES = {
    "gateway": "gateway.__main__",
    "rasa": "supervisor.rasa_server, supervisor.actions_server, supervisor.requests_server, rasa_sdk.endpoint",
}


@pytest.mark.parametrize("environment", sorted(MODULES))
@pytest.mark.parametrize("endpoint", ["", " ", "http://127.0.0.1:9"])
def test_the_sdk_is_imported_when_there_is_somewhere_to_send_to(environment: str, endpoint: str) -> None:
    script = (
        f"import sys, {MODULES[environment]}\nfrom observability import traces\ntraces.start('part')\n"
        "print(traces.are_on(), any(name.startswith('opentelemetry.sdk') for name in sys.modules))\n"
    )
    python = ROOT / ".venvs" / environment / "bin" / "python"
    variables = {**os.environ, ENDPOINT: endpoint, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([python, "-c", script], cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    wanted = bool(endpoint.strip())
    assert done.stdout.split() == [str(wanted), str(wanted)]
