"""The environment, read and refused."""

import re

import pytest

from gateway.settings import Settings, SettingsError


def test_nothing_set_is_one_machine_on_loopback() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().bind == "127.0.0.1"


def test_every_setting_is_read() -> None:
    settings = Settings.from_environment(
        {
            "PORT": "8090", "BIND": "0.0.0.0", "RUN_DIR": "/var/lib/assistant", "RASA_PORT": "1", "ACTIONS_PORT": "2",
            "AGENT_KEY": "a", "IVR_KEY": "i", "RASA_TOKEN": "t", "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "METRICS_BIND": "[::1]:9000", "CORS_ORIGINS": "https://www.example.fr,http://localhost:3000",
            "IDLE_SECONDS": "60", "RATE_LIMITS": "on",
        }
    )  # fmt: skip
    assert (settings.port, settings.bind, settings.rasa_port, settings.actions_port) == (8090, "0.0.0.0", 1, 2)
    assert (settings.agent_key, settings.ivr_key, settings.rasa_token) == ("a", "i", "t")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.metrics_bind == ("::1", 9000)
    assert settings.cors_origins == ("https://www.example.fr", "http://localhost:3000")
    assert settings.idle_seconds == 60
    assert str(settings.base_path) == "/var/lib/assistant/kb.sqlite"


def test_where_a_cluster_has_its_servers_is_read() -> None:
    settings = Settings.from_environment(
        {
            "REDIS_URL": "rediss://:a%2Fpass@redis:6380/1", "DATABASE_URL": "postgresql://a:secret@db/assistant",
            "RASA_URL": "http://rasa:8081/", "ACTIONS_URL": "http://[::1]:5055",
        }
    )  # fmt: skip
    assert settings.redis_url == "rediss://:a%2Fpass@redis:6380/1"
    assert settings.database_url == "postgresql://a:secret@db/assistant"
    assert (settings.rasa_url, settings.actions_url) == ("http://rasa:8081", "http://[::1]:5055")
    assert "secret" not in repr(settings)
    assert "pass" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis:6380"), ("REDIS_URL", "http://redis"), ("REDIS_URL", "redis://re dis"),
        ("REDIS_URL", "redis://redis:port"), ("DATABASE_URL", "sqlite:///x"), ("DATABASE_URL", "postgresql:db"),
        ("DATABASE_URL", "postgresql://db:99999/x"), ("RASA_URL", "rasa:5005"), ("RASA_URL", "http://rasa/path"),
        ("RASA_URL", "http://a:b@rasa"), ("ACTIONS_URL", "ftp://actions"), ("ACTIONS_URL", "http://actions:0"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_such_a_server_is_refused_without_being_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is no address of such a server: give one such as") as refused:
        Settings.from_environment({name: value})
    assert value not in str(refused.value)


def test_metrics_can_be_off_and_an_empty_value_is_unset() -> None:
    assert Settings.from_environment({"METRICS_BIND": "off"}).metrics_bind is None
    assert Settings.from_environment({"METRICS_BIND": "", "AGENT_KEY": "", "PORT": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("PORT", "²"), ("RASA_PORT", "-1"), ("IDLE_SECONDS", "1.5"),
        ("METRICS_BIND", "9464"), ("METRICS_BIND", "host:"), ("METRICS_BIND", ":9464"), ("TRUSTED_PROXIES", "proxy"),
        ("CORS_ORIGINS", "*"), ("CORS_ORIGINS", "https://a.fr/"), ("CORS_ORIGINS", "null"), ("RATE_LIMITS", "no"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*{re.escape(value)}.*: give"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("key", ["with space", "clé"])
def test_a_key_that_no_header_carries_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"AGENT_KEY": key})
    assert key not in str(refused.value)


@pytest.mark.parametrize(("agent", "ivr"), [("k", "k"), ("k,a", "k"), ("a,k", "i,k")])
def test_one_key_cannot_open_two_doors(agent: str, ivr: str) -> None:
    with pytest.raises(SettingsError, match="same"):
        Settings.from_environment({"AGENT_KEY": agent, "IVR_KEY": ivr})


def test_two_keys_of_a_door_are_the_new_one_and_the_former() -> None:
    settings = Settings.from_environment({"AGENT_KEY": "new,former", "IVR_KEY": "only"})
    assert (settings.agent_key, settings.agent_key_former) == ("new", "former")
    assert (settings.ivr_key, settings.ivr_key_former) == ("only", None)


@pytest.mark.parametrize("keys", ["secret,", ",secret", "secret,secret,secret"])
def test_keys_that_commas_part_wrongly_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(SettingsError, match=r"AGENT_KEY holds commas that part no two keys: give one key") as refused:
        Settings.from_environment({"AGENT_KEY": keys})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "environ", [{"BIND": "0.0.0.0"}, {"BIND": "::"}, {"BIND": "10.1.2.3"}, {"TRUSTED_PROXIES": "127.0.0.1"}]
)
def test_limits_cannot_be_lifted_where_others_can_reach(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMITS"):
        Settings.from_environment({**environ, "RATE_LIMITS": "off"})


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_limits_can_be_lifted_on_this_machine(bind: str) -> None:
    assert not Settings.from_environment({"BIND": bind, "RATE_LIMITS": "OFF"}).rate_limits
