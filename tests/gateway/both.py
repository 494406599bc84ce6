"""For modules whose tests run twice: with a gateway's own files, and with a Redis that gateways share.

`from tests.gateway.both import settings` puts these in the place of the settings of conftest.py.
"""

from pathlib import Path

import pytest
from redis import Redis

from gateway.settings import Settings
from tests.gateway.peer import Peer


@pytest.fixture(params=["files", "redis"])
def settings(request: pytest.FixtureRequest, peer: Peer, tmp_path: Path) -> Settings:
    """Settings of a gateway without limits."""
    url = None
    if request.param == "redis":
        url = request.getfixturevalue("redis")
        with Redis.from_url(url) as client:
            client.flushall()
    return Settings(
        run_dir=tmp_path / "run",
        rasa_port=peer.port,
        actions_port=peer.port,
        rate_limits=False,
        redis_url=url,
    )
