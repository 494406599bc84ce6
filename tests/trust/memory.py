"""What the memory of a process holds (Linux): every place where bytes match."""

import re
from collections import Counter
from pathlib import Path

_CHUNK = 16 * 1024 * 1024


def found_in(process: int, pattern: bytes) -> Counter[bytes]:
    """The matches of a pattern (of at most 64 bytes) in what a process may write to, and how often each is there."""
    wanted = re.compile(pattern)
    found: Counter[bytes] = Counter()
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text("utf-8").splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(address, 16) for address in span.split("-"))
            rest = b""
            while start < end:
                memory.seek(start)
                try:
                    piece = memory.read(min(_CHUNK, end - start))
                except OSError:  # a region that the kernel keeps to itself
                    break
                if not piece:
                    break
                start += len(piece)
                whole = rest + piece
                found.update(match[0] for match in wanted.finditer(whole))
                rest = whole[-63:]
    return found
