"""A client that costs little beside what it measures: HTTP/1.1 over one kept-open connection, JSON both ways."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any


class HttpError(RuntimeError):
    """A server did not answer as it must; the message says what came."""


def request(host: str, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> bytes:
    """The bytes of a request, written before the clock starts."""
    content = json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(content)}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + content


class Connection:
    """One kept-open connection to a port of loopback: `async with`, then one request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Connection":
        """Connect. Raises OSError."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def send(self, written: bytes) -> tuple[int, bytes]:
        """The status and the body that answer a request. Raises OSError, asyncio.IncompleteReadError or HttpError."""
        self._writer.write(written)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        _, named, after = head.partition(b"\r\ncontent-length:")
        if not named:
            raise HttpError(f"an answer of unknown length: {head!r}")
        return int(head[9:12]), await self._reader.readexactly(int(after.partition(b"\r\n")[0]))
