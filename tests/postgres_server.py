"""A real PostgreSQL for tests: a server of its own in a folder, reached by a Unix socket in it alone."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_USER = "postgres"
# What a test writes need not outlive the machine.
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=32MB")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a server on `folder` and give its URL; a folder that held one before goes on with what is in it.

    Raises RuntimeError when PostgreSQL is not installed or does not start.
    """
    programs = _programs()
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, _USER, _USER)
    if not (data / "PG_VERSION").exists():
        subprocess.run(
            [*_as_user(), programs / "initdb", "-D", data, "-U", _USER, "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
    options = [word for setting in (*_QUICK, "listen_addresses=", "timezone=UTC") for word in ("-c", setting)]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [*_as_user(), programs / "postgres", "-D", data, "-k", folder, *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        _await_ready(server, programs, folder)
        yield f"postgresql://{_USER}@/postgres?host={quote(str(folder), safe='')}"
    finally:
        # Connections that a test left open do not hold up this way of stopping.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _programs() -> Path:
    """Debian keeps the server's programs off the PATH, in a folder for each version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


def _as_user() -> list[str]:
    """The server refuses to run as root, and may then have to pass folders that are root's alone."""
    tethered = ["setpriv", "--pdeathsig=INT"]
    if os.geteuid() != 0:
        return tethered
    passing = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*tethered, f"--reuid={_USER}", f"--regid={_USER}", "--init-groups", *passing]


def _await_ready(server: "subprocess.Popen[bytes]", programs: Path, folder: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            server.kill()
            raise RuntimeError(f"PostgreSQL does not start: {(folder / 'log').read_text('utf-8')[-2000:]}")
        time.sleep(0.05)
