"""`make top`: the page of an operator, of real gateways' metrics and health."""

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.top.figures import Figures, quantile
from gateway.top.scrape import Reader, Scrape, samples
from tests.conftest import ROOT, free_port
from tests.gateway.conftest import Gateway
from tests.gateway.peer import Peer, custom, replying

Measured = Callable[[], tuple[Gateway, str]]


@pytest.fixture
def measured(start: Callable[..., Gateway], tmp_path: Path) -> Iterator[Measured]:
    """Start gateways, each with a listener of its metrics, whose address is returned too."""
    servers: list[Any] = []

    def starting() -> tuple[Gateway, str]:
        gateway = start(run_dir=tmp_path / str(len(servers)))
        servers.append(gateway.metrics.serve("127.0.0.1", 0))
        return gateway, f"127.0.0.1:{servers[-1].server_port}"

    yield starting
    for server in servers:
        server.shutdown()
        server.server_close()


def _address(gateway: Gateway) -> str:
    return gateway.client.base_url.netloc.decode("ascii")


def _top(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gateway.top", "--once", "--every", "0.2", *arguments]
    return subprocess.run(command, cwd=ROOT, env={"COLUMNS": "160"}, capture_output=True, text=True, check=False)


def _row(page: str, name: str) -> list[str]:
    """What follows a name on the page, in its half of the line."""
    line = next(line for line in page.splitlines() if name in line)
    return line[line.index(name) + len(name) :].split()


def test_the_page_shows_what_a_gateway_did(measured: Measured, peer: Peer, tmp_path: Path) -> None:
    peer.timing, peer.resident = "parse;dur=4.5", "250000000"
    peer.reply = replying({"text": "t", "custom": custom(status="excerpt", unsure=True)})
    gateway, metrics = measured()
    sender = gateway.open("agent")
    gateway.say(sender, "mon numéro est le 06 12 34 56 78", "agent")
    shown = _top("--metrics", metrics, "--health", _address(gateway))
    assert shown.returncode == 0, shown.stderr
    # It has no knowledge base.
    assert "NOT READY" in shown.stdout
    assert _row(shown.stdout, "base")[0] == "down"
    assert _row(shown.stdout, "rasa")[:3] == ["up", "250", "MB"]
    assert _row(shown.stdout, "agent")[:3] == ["0", "0", "1"]
    assert _row(shown.stdout, "excerpt")[-2:] == ["100", "%"]
    assert _row(shown.stdout, "unsure")[-3:] == ["1", "100", "%"]
    assert _row(shown.stdout, "phone")[-1] == "1"
    assert sender not in shown.stdout


def test_several_gateways_are_one_page_and_one_that_is_gone_is_named(measured: Measured) -> None:
    (one, first), (other, second) = measured(), measured()
    one.say(one.open(), "bonjour")
    other.say(other.open(), "bonjour")
    gone = f"127.0.0.1:{free_port()}"
    addresses = [word for metrics in (first, second, gone) for word in ("--metrics", metrics)]
    health = [word for gateway in (one, other) for word in ("--health", _address(gateway))]
    page = _top(*addresses, *health).stdout
    assert "2 of 3 gateways measured" in page
    assert f"no metrics from {gone}" in page
    assert _row(page, "web")[:3] == ["0", "0", "2"]


def test_nothing_to_measure_is_said_by_the_exit_status() -> None:
    gone = f"127.0.0.1:{free_port()}"
    assert _top("--metrics", gone, "--health", gone).returncode == 1


def test_figures_are_of_the_time_between_and_outlive_a_restart(measured: Measured) -> None:
    gateway, metrics = measured()
    url = f"http://{metrics}/metrics"
    reader = Reader([url], [f"http://{_address(gateway)}/health"])
    sender = gateway.open()
    gateway.say(sender, "bonjour")
    before = reader.read()
    for _ in range(3):
        gateway.say(sender, "bonjour")
    figures = Figures(before, reader.read())
    reader.close()
    assert figures.increase("assistant_replies_total") == 3
    assert figures.total("assistant_replies_total", status="answered") == 4
    assert figures.rate("assistant_replies_total") == pytest.approx(3 / figures.minutes)
    assert figures.quantile("assistant_part_seconds", 0.5, part="redact") is not None
    begun_anew = {url: samples('assistant_replies_total{door="web",status="answered"} 2.0\n')}
    restarted = Scrape(figures.last.at + 60, begun_anew, {})
    assert Figures(figures.last, restarted).increase("assistant_replies_total") == 2


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        ([10, 20, 20], 0.5, 1.0),
        ([10, 20, 20], 0.75, 1.5),
        ([0, 10, 10], 0.5, 1.5),
        ([10, 10, 20], 0.95, 2.0),  # beyond the last bound
        ([0, 0, 0], 0.5, None),
    ],
)
def test_quantiles_lie_where_prometheus_puts_them(counts: list[float], share: float, expected: float | None) -> None:
    assert quantile([1.0, 2.0, math.inf], counts, share) == expected
