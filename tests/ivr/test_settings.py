"""What the environment says of the line."""

import pytest

from gateway.settings import Settings, SettingsError


def test_what_is_set_is_read() -> None:
    settings = Settings.from_environment(
        {
            "IVR_CALL_SECONDS": "120",
            "IVR_TRANSFER_TO": "sip:conseillers@192.0.2.1",
            "IVR_SPEECH_GRAMMAR": "builtin:grammar/text",
        }
    )
    assert settings.ivr_call_seconds == 120
    assert settings.ivr_transfer_to == "sip:conseillers@192.0.2.1"
    assert settings.ivr_speech_grammar == "builtin:grammar/text"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_CALL_SECONDS", "0"),
        ("IVR_TRANSFER_TO", "7400"),
        ("IVR_TRANSFER_TO", "https://example.org"),
        ("IVR_TRANSFER_TO", "tel:+223 70"),
        ("IVR_SPEECH_GRAMMAR", "grammar"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})
