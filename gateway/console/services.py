"""What the console's calls need, put together once."""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import HTTPConnection

from gateway.audit import Audit
from gateway.console.accounts import accounts_of
from gateway.console.attempts import Attempts
from gateway.console.oidc import SignIn
from gateway.console.passwords import AccountFile
from gateway.console.sessions import FILE, Gate, SessionStore
from gateway.limits import Buckets, Rate
from gateway.settings import Network, Settings

log = logging.getLogger("gateway")

_PURGE_SECONDS = 3600
# Sign-ins begun at the provider, by address: each takes a place in memory for ten minutes.
_STARTS = Rate(burst=60, per_second=1)


@dataclass(frozen=True)
class ConsoleServices:
    """`accounts` is None when local accounts are off, `provider` when there is no OpenID provider."""

    gate: Gate
    accounts: AccountFile | None
    provider: SignIn | None
    audit: Audit
    base_path: Path
    trusted_proxies: tuple[Network, ...]
    attempts: Attempts = field(default_factory=Attempts)
    starts: Buckets = field(default_factory=lambda: Buckets(_STARTS))

    @classmethod
    def of(cls, settings: Settings, audit: Audit) -> "ConsoleServices":
        """The services of an installation. Raises sqlite3.Error or OSError when RUN_DIR cannot hold the sessions."""
        console = settings.console
        store = SessionStore(settings.run_dir / FILE, console.idle_seconds, console.longest_seconds)
        provider = SignIn(console.oidc, console.public_url) if console.oidc and console.public_url else None
        return cls(
            gate=Gate(store, console.public_url),
            accounts=accounts_of(settings) if console.local_accounts else None,
            provider=provider,
            audit=audit,
            base_path=settings.base_path,
            trusted_proxies=settings.trusted_proxies,
        )

    async def run(self) -> None:
        """Purge the audit log every hour, until cancelled."""
        while True:
            try:
                self.audit.purge()
            except sqlite3.Error as error:
                # The next hour may succeed.
                log.error("the audit log could not be purged: %s", type(error).__name__)
            await asyncio.sleep(_PURGE_SECONDS)

    async def close(self) -> None:
        """Close the files and connections."""
        if self.provider is not None:
            await self.provider.close()
        self.gate.store.close()
        self.audit.close()


def console_of(connection: HTTPConnection) -> ConsoleServices:
    """The console of the running application."""
    services = connection.app.state.console
    assert isinstance(services, ConsoleServices)
    return services
