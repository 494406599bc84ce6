"""Which door a credential opens."""

import base64
import hmac
from collections.abc import Callable

import pytest

from gateway.doors import Keys

KEYS = Keys(agent="agent-key", ivr="ivr-key")


def _basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "door"),
    [
        ("Bearer agent-key", "agent"),
        ("bearer  agent-key ", "agent"),
        ("Bearer ivr-key", "ivr"),
        (_basic("anyone:ivr-key"), "ivr"),
        (_basic(":ivr-key"), "ivr"),
        (_basic("anyone:agent-key"), None),
        (_basic("ivr-key"), None),
        ("Basic ivr-key", None),
        ("Basic é", None),
        ("Bearer ", None),
        ("Bearer agent-ke", None),
        ("Bearer agent-key2", None),
        ("Digest agent-key", None),
        ("agent-key", None),
        ("Bearer \ud800", None),
        ("", None),
    ],
)
def test_a_credential_opens_its_door_or_none(authorization: str, door: str | None) -> None:
    assert KEYS.door_of(authorization) == door


CHANGING = Keys(agent="agent-key", ivr="ivr-key", agent_former="agent-before", ivr_former="ivr-before")


@pytest.mark.parametrize(
    ("authorization", "door"),
    [
        ("Bearer agent-key", "agent"),
        ("Bearer agent-before", "agent"),
        ("Bearer ivr-key", "ivr"),
        (_basic("anyone:ivr-before"), "ivr"),
        (_basic("anyone:agent-before"), None),
        ("Bearer agent-long-ago", None),
        ("Bearer ", None),
    ],
)
def test_two_keys_open_a_door_while_callers_change_over(authorization: str, door: str | None) -> None:
    assert CHANGING.door_of(authorization) == door


@pytest.mark.parametrize("keys", [KEYS, CHANGING])
def test_every_credential_is_compared_with_every_key_whatever_the_outcome(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []
    real: Callable[[bytes, bytes], bool] = hmac.compare_digest

    def counting(shown: bytes, key: bytes) -> bool:
        compared.append((len(shown), len(key)))
        return real(shown, key)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    for shown in ("Bearer agent-key", "Bearer ivr-key", "Bearer a", "Bearer " + "x" * 5000, "Basic !", "nothing", ""):
        compared.clear()
        keys.door_of(shown)
        assert compared == [(32, 32)] * 4, shown
