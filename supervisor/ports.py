"""Ports: those that are free, and a sentence about those that are not."""

import errno
import socket

from gateway.settings import Settings


def free_ports(count: int) -> list[int]:
    """`count` different loopback ports that nothing listens on now."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        # All are held at once, so that no port is given twice.
        for holder in sockets:
            holder.bind(("127.0.0.1", 0))
        return [int(holder.getsockname()[1]) for holder in sockets]
    finally:
        for holder in sockets:
            holder.close()


def why_not(host: str, port: int) -> str | None:
    """None when `host`:`port` can be listened on, else why not, in a few words."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"{host} is no address of this machine"
    with socket.socket(family, kind, protocol) as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: "another program listens there",
                errno.EACCES: "ports below 1024 need more rights than this user has",
                errno.EADDRNOTAVAIL: f"{host} is no address of this machine",
            }
            return reasons.get(error.errno or 0, error.strerror or str(error))
    return None


def port_trouble(settings: Settings) -> str | None:
    """A sentence about the first public port that cannot be listened on, or None."""
    wanted = [("PORT", settings.bind, settings.port, "PORT=8090 make run")]
    if settings.metrics_bind:
        wanted.append(("METRICS_BIND", *settings.metrics_bind, "METRICS_BIND=127.0.0.1:9465 make run"))
    for name, host, port, example in wanted:
        reason = why_not(host, port)
        if reason:
            return f"{name}: port {port} cannot be used, because {reason}. Free it, or choose another: {example}"
    return None
