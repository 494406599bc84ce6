"""The listening socket."""

import socket

import pytest

from gateway.listener import listen
from gateway.settings import Settings, SettingsError
from tests.gateway.conftest import Gateway


def test_answers_on_a_kept_connection_do_not_wait_for_acknowledgements(gateway: Gateway) -> None:
    times = sorted(gateway.client.get("/nowhere").elapsed.total_seconds() for _ in range(21))
    # Linux acknowledges after 40 ms; the answer takes two.
    assert times[10] < 0.03


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
def test_it_listens_where_it_is_told(bind: str) -> None:
    with listen(Settings(bind=bind, port=0)) as listener:
        socket.create_connection(listener.getsockname()[:2], timeout=2).close()


@pytest.mark.parametrize("bind", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said(bind: str) -> None:
    with pytest.raises(SettingsError, match=f"{bind}.*set PORT"):
        listen(Settings(bind=bind, port=0))
