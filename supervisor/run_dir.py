"""The folder of all run-time state, held by one supervisor at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RunDirError(RuntimeError):
    """The folder cannot be used; the message is a sentence that says what to do."""


@contextmanager
def held(run_dir: Path) -> Iterator[None]:
    """Create `run_dir` (mode 0700) and hold it for this process.

    The lock is the kernel's, so nothing has to be cleared after a crash: it goes when the last process of the
    supervisor goes. Raises RunDirError when another supervisor holds it or when it cannot be written.
    """
    try:
        run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        run_dir.chmod(0o700)
        descriptor = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise RunDirError(f"{run_dir} cannot be used ({error.strerror}). Choose another: RUN_DIR=… make run") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise RunDirError(
                f"The assistant already runs on {run_dir} (process {holder or 'unknown'}). Stop it first, "
                "or run another beside it: RUN_DIR=.run2 PORT=8090 METRICS_BIND=127.0.0.1:9465 make run"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
