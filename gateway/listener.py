"""The listening socket, taken before anything else is started."""

import socket

from gateway.settings import Settings, SettingsError


def listen(settings: Settings) -> socket.socket:
    """The bound socket. Raises SettingsError with what to do when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it: without, every
    # answer on a kept connection waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.bind, settings.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {settings.bind}:{settings.port} ({error.strerror}): stop what uses it, "
            "or set PORT (and BIND) to another address"
        ) from None
    return listener
