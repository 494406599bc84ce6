"""The two companding laws, against the tables of another implementation."""

import hashlib
import struct

import pytest

from telephony.g711 import SILENCE, encode


# Digests of what CPython's audioop (lin2alaw, lin2ulaw) makes of all samples from -32768 to 32767; it left with 3.13.
@pytest.mark.parametrize(
    ("payload_type", "digest"),
    [
        (8, "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b"),
        (0, "81d633c9e6972a18c74a58720b96cb8ca0bdd096d4060b646dd708c3b846019a"),
    ],
)
def test_every_sample_has_its_code(payload_type: int, digest: str) -> None:
    codes = encode(struct.pack("<65536h", *range(-32768, 32768)), payload_type)
    assert hashlib.sha256(codes).hexdigest() == digest


def test_silence_is_what_the_recommendation_says() -> None:
    assert SILENCE == {8: b"\xd5", 0: b"\xff"}
