"""Settings of the line: defaults that stay on this machine, and a sentence for what cannot be used."""

from pathlib import Path

import pytest

from gateway.settings import SettingsError
from telephony.settings import LineSettings

KEY = {"IVR_KEY": "a-key"}


def test_by_default_only_this_machine_is_answered() -> None:
    settings = LineSettings.from_environment(KEY)
    assert (settings.bind, settings.port, settings.max_calls, settings.transfer_to) == ("127.0.0.1", 5070, 20, None)
    assert settings.gateway_url == "http://127.0.0.1:8080"


def test_the_assistant_is_found_where_it_was_started() -> None:
    assert LineSettings.from_environment({**KEY, "PORT": "8099"}).gateway_url == "http://127.0.0.1:8099"
    assert (
        LineSettings.from_environment({**KEY, "GATEWAY_URL": "http://192.0.2.1:80/"}).gateway_url
        == "http://192.0.2.1:80"
    )


def test_a_trunk_is_named() -> None:
    environment = {
        **KEY,
        "SIP_BIND": "192.0.2.5",
        "SIP_PEERS": "192.0.2.10/32, 198.51.100.0/24",
        "SIP_TRANSFER_TO": "sip:conseiller@192.0.2.10",
        "RTP_PORTS": "20000-20100",
    }
    settings = LineSettings.from_environment(environment)
    assert [str(peer) for peer in settings.peers] == ["192.0.2.10/32", "198.51.100.0/24"]
    assert settings.advertise == "192.0.2.5"
    assert settings.rtp_ports == (20000, 20100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIP_PORT", "0"),
        ("SIP_PORT", "70000"),
        ("SIP_PORT", "x"),
        ("SIP_BIND", "example.org"),
        ("SIP_BIND", "::1"),
        ("SIP_BIND", "0.0.0.0"),
        ("SIP_BIND", "192.0.2.5"),
        ("SIP_ADVERTISE", "nowhere"),
        ("SIP_PEERS", "a trunk"),
        ("RTP_PORTS", "40000"),
        ("RTP_PORTS", "40100-40000"),
        ("RTP_PORTS", "80-90"),
        ("RTP_TIMEOUT", "-1"),
        ("SIP_MAX_CALLS", "0"),
        ("SIP_TRANSFER_TO", "conseiller"),
        ("SIP_TRANSFER_TO", "sip:a@b>\r\nX: y"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        LineSettings.from_environment({**KEY, name: value})


def test_a_key_that_was_not_drawn_yet_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make run"):
        LineSettings.from_environment({"RUN_DIR": str(tmp_path)})
    assert LineSettings.from_environment({"RUN_DIR": str(tmp_path)}, needs_key=False).key == ""
