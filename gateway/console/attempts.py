"""How often a password may be tried: by account and by address, whether the account exists or not.

A try is counted before the password is checked and given back when it was right, so that many tries at once gain
nothing. The lock is short and opens by itself: a long one would let anybody keep an agent out.
"""

from collections.abc import Callable, Hashable
from hashlib import sha256

from gateway.buckets import Buckets, Rate
from gateway.errors import Fault, GatewayError

# A person mistypes five times and then waits a minute; behind one address sits a whole call centre.
ACCOUNT = Rate(burst=5, per_second=1 / 60)
ADDRESS = Rate(burst=30, per_second=1 / 10)


class Attempts:
    """The tries that are left. Where they are shared and cannot be counted, StoreError is raised: nobody may try."""

    def __init__(self, buckets: Callable[[str, Rate], Buckets]) -> None:
        """`buckets` makes the buckets of a name and a rate."""
        self._accounts = buckets("try_account", ACCOUNT)
        self._addresses = buckets("try_address", ADDRESS)

    async def take(self, account: str, address: Hashable) -> None:
        """Count a try. Raises GatewayError (429, with the seconds to wait) when none is left."""
        wait = await self._addresses.take(address)
        if not wait:
            wait = await self._accounts.take(_key(account))
        if wait:
            raise GatewayError(Fault.SIGN_IN_LOCKED, {"Retry-After": str(wait)})

    async def give_back(self, account: str, address: Hashable) -> None:
        """Forget a try that was right."""
        await self._addresses.give_back(address)
        await self._accounts.give_back(_key(account))


def _key(account: str) -> bytes:
    # What is typed there may be a password.
    return sha256(account.encode("utf-8", "surrogatepass")).digest()
