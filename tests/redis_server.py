"""A real Redis for tests: a server of its own in a folder, reached by a Unix socket in it alone."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 30.0


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a server on `folder` and give its URL; it keeps nothing on the disk.

    Raises RuntimeError when Redis is not installed or does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed: apt-get install redis-server")
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", program, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + _START_SECONDS
        while not socket.exists():
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Redis does not start: {(folder / 'log').read_text('utf-8')[-2000:]}")
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait()
