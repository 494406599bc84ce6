"""G.711: 16-bit samples as the 8-bit codes of telephone networks (A-law in most countries, mu-law in some).

aiortp has both, but its A-law (0.8.0) carries the wrong sign: each sample comes out negated.
"""

import numpy as np
from numpy.typing import NDArray

_SAMPLES = np.arange(-32768, 32768)


def _a_law() -> NDArray[np.uint8]:
    """The code of each sample, by ITU-T G.711, table 1a; even bits inverted."""
    value = _SAMPLES >> 3
    sign = np.where(value >= 0, 0xD5, 0x55)
    value = np.where(value >= 0, value, -value - 1)
    segment = np.searchsorted([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF], value)
    return ((segment << 4 | value >> np.maximum(segment, 1) & 0xF) ^ sign).astype(np.uint8)


def _mu_law() -> NDArray[np.uint8]:
    """The code of each sample, by ITU-T G.711, table 2a; all bits inverted."""
    value = _SAMPLES >> 2
    sign = np.where(value < 0, 0x7F, 0xFF)
    value = np.minimum(np.abs(value), 8158) + 33
    segment = np.searchsorted([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF], value)
    return ((segment << 4 | value >> (segment + 1) & 0xF) ^ sign).astype(np.uint8)


_CODES = {8: np.roll(_a_law(), 32768), 0: np.roll(_mu_law(), 32768)}
SILENCE = {payload_type: codes[:1].tobytes() for payload_type, codes in _CODES.items()}


def encode(samples: bytes, payload_type: int) -> bytes:
    """16-bit little-endian samples as codes of the static RTP payload type 8 (A-law) or 0 (mu-law)."""
    codes: NDArray[np.uint8] = _CODES[payload_type][np.frombuffer(samples, "<u2")]
    return codes.tobytes()
