"""The console's settings, read and refused."""

import pytest

from gateway.console.settings import ConsoleSettings, Oidc
from gateway.settings import Settings, SettingsError

PROVIDER = {
    "CONSOLE_OIDC_ISSUER": "https://id.example.fr/realms/centre",
    "CONSOLE_OIDC_CLIENT_ID": "console",
    "CONSOLE_PUBLIC_URL": "https://assistant.example.fr",
}


def test_nothing_set_is_local_accounts() -> None:
    assert Settings.from_environment({}).console == ConsoleSettings(local_accounts=True, oidc=None)


def test_every_setting_is_read() -> None:
    console = Settings.from_environment(
        {
            **PROVIDER, "CONSOLE_OIDC_CLIENT_SECRET": "s", "CONSOLE_OIDC_SCOPES": "profile groups",
            "CONSOLE_OIDC_ROLES_CLAIM": "groups", "CONSOLE_OIDC_ROLES": "cn=agents=agent, dpo=auditor",
            "CONSOLE_LOCAL_ACCOUNTS": "on", "CONSOLE_ACCOUNTS": "/etc/accounts.json", "CONSOLE_IDLE_SECONDS": "60",
            "AUDIT_DAYS": "90",
        }
    ).console  # fmt: skip
    assert console.oidc == Oidc(
        PROVIDER["CONSOLE_OIDC_ISSUER"], "console", "s", "openid profile groups", "groups",
        (("cn=agents", "agent"), ("dpo", "auditor")),
    )  # fmt: skip
    assert (console.public_url, console.local_accounts) == (PROVIDER["CONSOLE_PUBLIC_URL"], True)
    assert (str(console.accounts), console.idle_seconds, console.audit_days) == ("/etc/accounts.json", 60, 90)


def test_a_provider_turns_local_accounts_off() -> None:
    assert not Settings.from_environment(PROVIDER).console.local_accounts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONSOLE_PUBLIC_URL", "http://assistant.example.fr"), ("CONSOLE_PUBLIC_URL", "assistant.example.fr"),
        ("CONSOLE_PUBLIC_URL", "https://assistant.example.fr/console"), ("CONSOLE_PUBLIC_URL", ""),
        ("CONSOLE_OIDC_ISSUER", "http://id.example.fr"), ("CONSOLE_OIDC_ISSUER", "https://id.example.fr/?a=b"),
        ("CONSOLE_OIDC_CLIENT_ID", ""), ("CONSOLE_OIDC_ROLES", "agent"), ("CONSOLE_OIDC_ROLES", "dpo=root"),
        ("CONSOLE_OIDC_ROLES", "=agent"), ("CONSOLE_LOCAL_ACCOUNTS", "yes"), ("CONSOLE_IDLE_SECONDS", "0"),
        ("CONSOLE_IDLE_SECONDS", "36001"), ("AUDIT_DAYS", "0"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*: give"):
        Settings.from_environment({**PROVIDER, name: value})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "https://a.fr:8443"])
def test_loopback_needs_no_tls(url: str) -> None:
    assert Settings.from_environment({"CONSOLE_PUBLIC_URL": f"{url}/"}).console.public_url == url
