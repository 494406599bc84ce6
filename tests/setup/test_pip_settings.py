"""What pip is configured to use, uv uses too, unless it has been told otherwise."""

from scripts.pip_settings import uv_settings


def test_a_mirror_set_for_pip_becomes_the_index_of_uv() -> None:
    assert uv_settings("global.index-url='https://mirror.test/simple'", {}) == {
        "UV_DEFAULT_INDEX": "https://mirror.test/simple"
    }


def test_the_environment_wins_over_files_as_it_does_for_pip() -> None:
    listed = ":env:.index-url='https://env.test/simple'\nglobal.index-url='https://file.test/simple'"
    assert uv_settings(listed, {})["UV_DEFAULT_INDEX"] == "https://env.test/simple"
    swapped = "\n".join(reversed(listed.splitlines()))
    assert uv_settings(swapped, {})["UV_DEFAULT_INDEX"] == "https://env.test/simple"


def test_several_indexes_are_all_compared() -> None:
    settings = uv_settings("global.extra-index-url='https://a.test/simple\\nhttps://b.test/simple'", {})
    assert settings == {
        "UV_INDEX": "https://a.test/simple https://b.test/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_an_index_given_to_uv_itself_is_left_alone() -> None:
    listed = "global.index-url='https://pip.test/simple'\nglobal.extra-index-url='https://more.test/simple'"
    assert uv_settings(listed, {"UV_INDEX_URL": "https://uv.test/simple"}) == {}


def test_a_certificate_already_in_the_environment_is_kept() -> None:
    assert uv_settings("global.cert='/etc/other.pem'", {"SSL_CERT_FILE": "/etc/mine.pem"}) == {}


def test_without_configuration_nothing_is_set() -> None:
    assert uv_settings("global.timeout='60'\ninstall.user='true'\n", {}) == {}
