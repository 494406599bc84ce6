"""`python -m gateway.top`: the page, renewed until Ctrl-C, or once."""

import argparse
import os
import sys
import time
from collections import deque

from rich.console import Console
from rich.live import Live

from gateway.settings import Settings, SettingsError
from gateway.top.figures import Figures
from gateway.top.page import page
from gateway.top.scrape import Reader, Scrape

_WINDOW_SECONDS = 60.0


def main() -> int:
    """Show the page. Returns the exit status: 1 when a setting cannot be used, or no gateway could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m gateway.top",
        description="What is going on. Without options: the assistant of this environment (PORT, METRICS_BIND).",
    )
    parser.add_argument(
        "--metrics", action="append", metavar="HOST:PORT", help="where a gateway's metrics are; again for more"
    )
    parser.add_argument(
        "--health", action="append", metavar="HOST:PORT", help="where a gateway answers; again for more"
    )
    parser.add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="time between two readings (2)")
    parser.add_argument("--once", action="store_true", help="print the page of two readings, and end")
    arguments = parser.parse_args()
    try:
        metrics, health = _addresses(arguments.metrics, arguments.health)
    except SettingsError as error:
        print(f"top: {error}", file=sys.stderr)
        return 1
    reader = Reader([f"http://{host}/metrics" for host in metrics], [f"http://{host}/health" for host in health])
    try:
        return _once(reader, arguments.every) if arguments.once else _go_on(reader, arguments.every)
    except KeyboardInterrupt:
        return 0
    finally:
        reader.close()


def _addresses(metrics: list[str] | None, health: list[str] | None) -> tuple[list[str], list[str]]:
    """Hosts with ports, of metrics and of health. Raises SettingsError."""
    if metrics and health:
        return metrics, health
    settings = Settings.from_environment(os.environ)
    if not metrics and settings.metrics_bind is None:
        raise SettingsError("METRICS_BIND is off: give --metrics HOST:PORT, or run the assistant with its metrics")
    return (
        metrics or [_reachable(*(settings.metrics_bind or ("", 0)))],
        health or [_reachable(settings.bind, settings.port)],
    )


def _reachable(host: str, port: int) -> str:
    """A listener's address as a client of this machine has it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 3600:
        raise ValueError(text)
    return seconds


def _once(reader: Reader, every: float) -> int:
    first = reader.read()
    time.sleep(every)
    figures = Figures(first, reader.read())
    Console().print(page(figures))
    return 0 if any(found is not None for found in figures.last.samples.values()) else 1


def _go_on(reader: Reader, every: float) -> int:
    readings: deque[Scrape] = deque([reader.read()])
    with Live(page(Figures(readings[0], readings[0])), screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(every)
            readings.append(reader.read())
            # At least two, and no more than the window wants.
            while len(readings) > 2 and readings[-1].at - readings[1].at >= _WINDOW_SECONDS:
                readings.popleft()
            live.update(page(Figures(readings[0], readings[-1])), refresh=True)


if __name__ == "__main__":
    sys.exit(main())
