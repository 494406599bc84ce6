"""Rows of whole numbers, each row packed into one Python integer: rows are added by adding integers.

A message takes a score or two of rows. Python adds as many long integers in less time than it takes to call an array
library, and needs none of its code while somebody waits.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

_BYTES = 4  # of a number
_MIDDLE = 1 << (8 * _BYTES - 1)
# So many rows can be added, if none of their numbers is further from 0 than LARGEST.
MOST_ROWS = 1024
LARGEST = (_MIDDLE - 1) // MOST_ROWS

Matrix = npt.NDArray[np.int32]


def pack(rows: Matrix) -> list[int]:
    """Return each row of a matrix as one integer."""
    middle = _middle(rows.shape[1])
    # Seen from the middle of their range, numbers have no sign that would reach into their neighbours.
    lifted = (rows.astype(np.int64) + _MIDDLE).astype("<u4")
    return [int.from_bytes(row.tobytes(), "little") - middle for row in lifted]


def unpack(packed: Iterable[int], width: int) -> Matrix:
    """Return what `pack` was given, in a matrix of `width` columns."""
    middle = _middle(width)
    lifted = b"".join((row + middle).to_bytes(_BYTES * width, "little") for row in packed)
    return (np.frombuffer(lifted, "<u4").reshape(-1, width).astype(np.int64) - _MIDDLE).astype(np.int32)


def added(packed: Iterable[int], width: int) -> Sequence[int]:
    """Return the sum of some rows of `width` numbers, MOST_ROWS at most; each number to within 1."""
    total = sum(packed)
    return memoryview(total.to_bytes(_BYTES * width, "little", signed=True)).cast("i")


def _middle(width: int) -> int:
    return sum(_MIDDLE << (8 * _BYTES * place) for place in range(width))
