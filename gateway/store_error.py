"""What a store raises when it cannot be read or written, wherever it keeps things."""

import sqlite3


class StoreError(Exception):
    """A server that gateways share cannot be reached, or refuses. Says which and why, never what was to be kept."""


# A file raises the first, a server that is shared the second.
STORE_ERRORS = (sqlite3.Error, StoreError)
