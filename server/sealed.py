"""A conversation as it stands in a database that keeps what is deleted: unreadable to who does not know its id.

PostgreSQL does not overwrite. A deleted row stays in its page until that is used again, and in the write-ahead log, in
replicas and in back-ups for as long as those last. So rows are named by a digest of the conversation's id and sealed
with a key made of it. The id is 256 random bits that the gateway alone keeps, and forgets when it has the conversation
erased: what is left of the rows then opens for nobody.
"""

import os
from hashlib import blake2b

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes
_NAME = 16  # bytes
_KEY = 32  # bytes


class Seal:
    """Seals and opens the events of one conversation; `name` is what its rows are found by."""

    def __init__(self, sender_id: str) -> None:
        secret = sender_id.encode("utf-8", "surrogatepass")
        self.name = blake2b(secret, digest_size=_NAME, person=b"tracker name").digest()
        self._cipher = AESGCM(blake2b(secret, digest_size=_KEY, person=b"tracker key").digest())

    def close(self, position: int, event: str) -> bytes:
        """An event, to be stored at `position` in its conversation and nowhere else."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, event.encode(), _place(position))

    def open(self, position: int, sealed: bytes) -> str:
        """The event that was sealed for `position`. Raises cryptography.exceptions.InvalidTag."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(position)).decode()


def _place(position: int) -> bytes:
    return position.to_bytes(4, "big")
