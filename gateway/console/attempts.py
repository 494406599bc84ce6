"""How often a password may be tried: by account and by address, whether the account exists or not.

A try is counted before the password is checked and given back when it was right, so that many tries at once gain
nothing. The lock is short and opens by itself: a long one would let anybody keep an agent out.
"""

from collections.abc import Callable, Hashable
from hashlib import sha256
from time import monotonic

from gateway.errors import Fault, GatewayError
from gateway.limits import Buckets, Rate

# A person mistypes five times and then waits a minute; behind one address sits a whole call centre.
ACCOUNT = Rate(burst=5, per_second=1 / 60)
ADDRESS = Rate(burst=30, per_second=1 / 10)


class Attempts:
    """The tries that are left, in memory."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._accounts = Buckets(ACCOUNT, clock)
        self._addresses = Buckets(ADDRESS, clock)

    def take(self, account: str, address: Hashable) -> None:
        """Count a try. Raises GatewayError (429, with the seconds to wait) when none is left."""
        wait = self._addresses.take(address)
        if not wait:
            wait = self._accounts.take(_key(account))
        if wait:
            raise GatewayError(Fault.SIGN_IN_LOCKED, {"Retry-After": str(wait)})

    def give_back(self, account: str, address: Hashable) -> None:
        """Forget a try that was right."""
        self._addresses.give_back(address)
        self._accounts.give_back(_key(account))


def _key(account: str) -> bytes:
    # What is typed there may be a password.
    return sha256(account.encode("utf-8", "surrogatepass")).digest()
