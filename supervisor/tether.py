"""A process that cannot outlive the one that started it.

Linux only (`prctl(2)`, PR_SET_PDEATHSIG): elsewhere a supervisor that is killed outright leaves its parts to be
ended by hand.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
# Loaded at import: between fork and exec is no time to load a library.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tether(parent: int, death_signal: signal.Signals) -> None:
    """Have the kernel send `death_signal` to this process when `parent` (a process id, this one's parent) ends."""
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    # The parent may have ended before the request was made: then nobody would ever be told.
    if os.getppid() != parent:
        os.kill(os.getpid(), death_signal)
