"""What the console's calls need, put together once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from gateway.audit import Audit
from gateway.buckets import Buckets, LocalBuckets, Rate
from gateway.console.accounts import accounts_of, first_account_path
from gateway.console.attempts import Attempts
from gateway.console.oidc import SignIn
from gateway.console.passwords import AccountFile
from gateway.console.session_file import FILE, FileSessions
from gateway.console.sessions import Gate, SessionStore
from gateway.console.settings import ConsoleSettings
from gateway.console.started import LocalStarted, Started
from gateway.settings import Network, Settings
from gateway.store_error import STORE_ERRORS

if TYPE_CHECKING:
    from gateway.shared.redis import Shared

log = logging.getLogger("gateway")

_PURGE_SECONDS = 3600
# Sign-ins begun at the provider, by address: each takes a place for ten minutes.
_STARTS = Rate(burst=60, per_second=1)


@dataclass(frozen=True)
class ConsoleServices:
    """`accounts` is None when local accounts are off, `provider` when there is no OpenID provider."""

    gate: Gate
    idle_seconds: float
    accounts: AccountFile | None
    first_account: Path
    provider: SignIn | None
    audit: Audit
    base_path: Path
    trusted_proxies: tuple[Network, ...]
    attempts: Attempts
    starts: Buckets

    @classmethod
    def of(cls, settings: Settings, audit: Audit, shared: "Shared | None") -> "ConsoleServices":
        """The services of an installation; what they hold is in memory and RUN_DIR or, if there is one, `shared`.

        Raises sqlite3.Error or OSError when RUN_DIR cannot hold the sessions.
        """
        console = settings.console
        store, started, buckets = _shared(console, shared) if shared else _own(settings)
        provider = SignIn(console.oidc, console.public_url, started) if console.oidc and console.public_url else None
        return cls(
            gate=Gate(store, console.public_url),
            idle_seconds=console.idle_seconds,
            accounts=accounts_of(settings) if console.local_accounts else None,
            first_account=first_account_path(settings),
            provider=provider,
            audit=audit,
            base_path=settings.base_path,
            trusted_proxies=settings.trusted_proxies,
            attempts=Attempts(buckets),
            starts=buckets("signin", _STARTS),
        )

    async def run(self) -> None:
        """Purge the audit log and the sessions every hour, until cancelled."""
        while True:
            await _purged("the audit log", self.audit.purge)
            await _purged("the console's sessions", self.gate.store.purge)
            await asyncio.sleep(_PURGE_SECONDS)

    async def close(self) -> None:
        """Close the files and connections."""
        if self.provider is not None:
            await self.provider.close()
        await self.gate.store.close()
        await self.audit.close()


_Parts = tuple[SessionStore, Started, Callable[[str, Rate], Buckets]]


def _own(settings: Settings) -> _Parts:
    console = settings.console
    store = FileSessions(settings.run_dir / FILE, console.idle_seconds, console.longest_seconds)
    return store, LocalStarted(), lambda _, rate: LocalBuckets(rate)


def _shared(console: ConsoleSettings, shared: "Shared") -> _Parts:
    # Imported when they are used: one machine does not pay for them.
    from gateway.shared.buckets import SharedBuckets
    from gateway.shared.sessions import SharedSessions
    from gateway.shared.started import SharedStarted

    store = SharedSessions(shared, console.idle_seconds, console.longest_seconds)
    return store, SharedStarted(shared), lambda name, rate: SharedBuckets(shared, name, rate)


async def _purged(what: str, purge: Callable[[], Awaitable[object]]) -> None:
    try:
        await purge()
    except STORE_ERRORS as error:
        # The next hour may succeed.
        log.error("%s could not be purged: %s", what, type(error).__name__)


def console_of(connection: HTTPConnection) -> ConsoleServices:
    """The console of the running application."""
    services = connection.app.state.console
    assert isinstance(services, ConsoleServices)
    return services
