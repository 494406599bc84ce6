"""Twenty calls at once by sipp, none lost; the next caller hears that the line is busy."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Assistant
from tests.telephony.conftest import RunningLine, running_line
from tests.telephony.peers import OFFER, Peer, udp

MANY = 20
SETTLING_SECONDS = 15
SCENARIO = Path(__file__).parent / "many_calls.xml"


@pytest.fixture
def full_line(assistant: Assistant, tmp_path: Path, prompt_dir: Path) -> Iterator[RunningLine]:
    """A line of its own, so that nobody else counts."""
    key = assistant.keys["ivr"]
    with running_line(assistant.url, key, tmp_path, prompt_dir, SIP_MAX_CALLS=str(MANY)) as running:
        yield running


async def test_twenty_calls_are_held_and_the_next_is_told_that_the_line_is_busy(
    full_line: RunningLine, tmp_path: Path
) -> None:
    command = ["sipp", f"{full_line.host}:{full_line.port}", "-sf", str(SCENARIO), "-i", "127.0.0.1", "-nostdin"]
    command += ["-m", str(MANY), "-l", str(MANY), "-r", str(MANY), "-timeout", "90", "-timeout_error"]
    with (tmp_path / "sipp.out").open("wb") as output:
        sipp = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT)
        while full_line.logged().count("answered after") < MANY:
            assert sipp.returncode is None, (tmp_path / "sipp.out").read_text("utf-8", "replace")
            await asyncio.sleep(0.05)
        peer = Peer((full_line.host, full_line.port))
        with udp() as media:
            offer = OFFER.format(port=media.getsockname()[1], direction="sendrecv")
            refused = await peer.ask("INVITE", offer)
            assert (refused.status_code, refused.get_header("Retry-After")) == (486, "30")
            peer.send(peer.request("ACK"))
            assert await sipp.wait() == 0, (tmp_path / "sipp.out").read_text("utf-8", "replace")
            # And there is room again.
            peer.close()
            later = Peer((full_line.host, full_line.port))
            assert (await later.establish(media.getsockname()[1])).status_code == 200
            assert (await later.ask("BYE")).status_code == 200
            later.close()
    # The last of them may still be on its way out.
    async with asyncio.timeout(SETTLING_SECONDS):
        while full_line.logged().count("over after") < MANY:
            await asyncio.sleep(0.05)
    ended = re.findall(r"over after (\d+) s, (\d+) packets sent", full_line.logged())
    # Nobody's stream was starved by the others: fifty packets for each second, but for the first and the last.
    for seconds, packets in ended[:MANY]:
        assert int(packets) > 50 * (int(seconds) - 3), ended
