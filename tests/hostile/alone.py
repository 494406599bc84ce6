"""python -m tests.hostile.alone FOLDER, in a network namespace of its own: the assistant with nothing but loopback.

Brings loopback up, starts the whole assistant, holds a conversation in each door, and prints as JSON what was answered
and how many outgoing packets the kernel had no way for, which is how often anything tried to reach another machine.
"""

import fcntl
import json
import re
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import httpx

from evaluation.running import Assistant, running

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
# TEST-NET-1 (RFC 5737): nobody's address.
_ELSEWHERE = ("192.0.2.1", 9)


def main() -> None:
    """Hold the conversations; fails when the namespace is not one of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH", b"lo", _IFF_UP))
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    before = _attempts()
    _attempt()
    assert _attempts() > before, "attempts are not counted here"
    before = _attempts()
    with (
        running(Path(sys.argv[1])) as assistant,
        httpx.Client(base_url=assistant.url, timeout=60, trust_env=False) as client,
    ):
        answered = {door: _said(client, assistant, door) for door in ("web", "agent", "ivr")}
        answered["voicexml"] = _called(client, assistant)
        answered["page"] = {"status": client.get("/").status_code, "widget": client.get("/widget.js").status_code}
    # On a line of its own, after what was said of the start.
    print(f"\n{json.dumps({'answered': answered, 'attempts': _attempts() - before})}")


def _said(client: httpx.Client, assistant: Assistant, door: str) -> dict[str, Any]:
    key = {} if door == "web" else {"Authorization": f"Bearer {assistant.keys[door]}"}
    sender = client.post("/conversations", json={"channel": door}, headers=key).json()["sender"]
    reply: list[dict[str, Any]] = []
    for message in ("je veux effacer mes données", "guadeloupe, livebox"):
        reply = client.post("/webhooks/rest/webhook", json={"sender": sender, "message": message}, headers=key).json()
    (custom,) = [part["custom"] for part in reply if part.get("custom")]
    erased = client.delete(f"/conversations/{sender}", headers=key).status_code
    return {"status": custom["status"], "contacts": [contact["id"] for contact in custom["contacts"]], "erased": erased}


def _called(client: httpx.Client, assistant: Assistant) -> dict[str, Any]:
    """A call by keys, as a voice platform holds it."""
    key = {"Authorization": f"Bearer {assistant.keys['ivr']}"}
    pages = [client.get("/ivr/start", headers=key)]
    for digit in "11":
        (address,) = re.findall(r"/ivr/[^\"/]+/\d+", pages[-1].text)[:1]
        pages.append(client.get(address, params={"event": "digits", "digits": digit}, headers=key))
    return {"statuses": [page.status_code for page in pages], "different": len({page.text for page in pages})}


def _attempt() -> None:
    """What an outgoing connection looks like here."""
    with socket.socket() as connection:
        assert connection.connect_ex(_ELSEWHERE) != 0


def _attempts() -> int:
    """The outgoing packets of this namespace that had no route, of both versions of IP."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines() if line.startswith("Ip:")]
    found = int(dict(zip(*lines, strict=True))["OutNoRoutes"])
    for line in Path("/proc/net/snmp6").read_text("ascii").splitlines() if Path("/proc/net/snmp6").exists() else ():
        name, count = line.split()
        if name == "Ip6OutNoRoutes":
            found += int(count)
    return found


if __name__ == "__main__":
    main()
