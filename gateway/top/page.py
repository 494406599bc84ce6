"""The page: figures as tables, for a person who wants to know whether all is well."""

import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.top.figures import Figures

# In the order of a turn; those of Rasa are within « rasa ».
_PARTS = {
    "queue": "wait for the turns before",
    "redact": "privacy filter",
    "rasa": "Rasa, as the gateway sees it",
    "rasa_parse": "  of which understanding",
    "rasa_act": "  of which choosing, composing",
    "rasa_keep": "  of which keeping",
    "keep": "keeping in the gateway",
}
_NONE = "–"


def page(figures: Figures) -> RenderableType:
    """The whole page."""
    grid = Table.grid(padding=(0, 3))
    grid.add_row(Group(_parts(figures), Text(), _doors(figures), Text(), _troubles(figures)),
                 Group(_latency(figures), Text(), _replies(figures), Text(), _redactions(figures)))  # fmt: skip
    return Group(_head(figures), Text(), grid, *_warnings(figures))


def _head(figures: Figures) -> Text:
    silent = [url for url, found in figures.last.samples.items() if found is None]
    reports = [report for report in figures.last.health.values() if report is not None]
    head = Text.assemble(("Assistant  ", "bold"))
    if reports and len(reports) == len(figures.last.health) and all(report.status == "ok" for report in reports):
        head.append("READY", "bold green")
    else:
        head.append("NOT READY", "bold red")
    head.append(
        f"  {len(figures.last.samples) - len(silent)} of {len(figures.last.samples)} gateways measured"
        f"  {time.strftime('%H:%M:%S')}  over the last {figures.minutes * 60:.0f} s"
    )
    for url in silent:
        head.append(f"\nno metrics from {urlsplit(url).netloc}", "red")
    for url, report in figures.last.health.items():
        if report is None:
            head.append(f"\nno health from {urlsplit(url).netloc}", "red")
    return head


def _parts(figures: Figures) -> Table:
    table = _table("part", "state", "memory")
    reports = [report for report in figures.last.health.values() if report is not None]
    up = {"gateway": len(reports)} if figures.last.health else {}
    for report in reports:
        for name, found in report.parts.items():
            up[name] = up.get(name, 0) + (found == "ok")
    memory = {"gateway": figures.total("process_resident_memory_bytes")}
    for name, count in up.items():
        whole = len(figures.last.health)
        state = Text("up", "green") if count == whole else Text("down" if count == 0 else f"{count} of {whole}", "red")
        held = memory.get(name) or figures.most("assistant_memory_bytes", part=name)
        table.add_row(name, state, f"{held / 1e6:,.0f} MB" if held else _NONE)
    return table


def _latency(figures: Figures) -> Table:
    table = _table("time of a turn", "a minute", "p50 ms", "p95 ms")
    turns = "assistant_reply_seconds"
    table.add_row(Text("whole turn", "bold"), *_times(figures, turns))
    for part, said in _PARTS.items():
        table.add_row(said, *_times(figures, "assistant_part_seconds", part=part))
    return table


def _times(figures: Figures, histogram: str, **labels: str) -> Iterable[str]:
    yield _count(figures.rate(f"{histogram}_count", **labels))
    for share in (0.5, 0.95):
        seconds = figures.quantile(histogram, share, **labels)
        yield _NONE if seconds is None else f"{seconds * 1000:,.1f}"


def _doors(figures: Figures) -> Table:
    table = _table("door", "opened/min", "messages/min", "in all")
    for door in figures.values("assistant_conversations_opened_total", "door"):
        messages = "assistant_reply_seconds_count"
        table.add_row(
            door,
            _count(figures.rate("assistant_conversations_opened_total", door=door)),
            _count(figures.rate(messages, door=door)),
            _count(figures.total(messages, door=door)),
        )
    return table


def _replies(figures: Figures) -> Table:
    table = _table("replies", "a minute", "share", "in all", "share")
    name = "assistant_replies_total"
    for status in figures.values(name, "status"):
        table.add_row(status, *_shares(figures, name, "assistant_replies_total", status=status))
    table.add_row(Text("unsure", "bold"), *_shares(figures, "assistant_replies_unsure_total", name))
    return table


def _shares(figures: Figures, name: str, whole: str, **labels: str) -> Iterable[str]:
    yield _count(figures.rate(name, **labels))
    yield _share(figures.increase(name, **labels), figures.increase(whole))
    yield _count(figures.total(name, **labels))
    yield _share(figures.total(name, **labels), figures.total(whole))


def _redactions(figures: Figures) -> Table:
    table = _table("masked", "a minute", "in all")
    name = "assistant_redactions_total"
    for kind in figures.values(name, "kind"):
        table.add_row(kind, _count(figures.rate(name, kind=kind)), _count(figures.total(name, kind=kind)))
    return table


def _troubles(figures: Figures) -> Table:
    table = _table("troubles", "a minute", "in all")
    responses = "assistant_http_responses_total"
    statuses = figures.values(responses, "status")
    counted: dict[str, list[tuple[str, dict[str, str]]]] = {
        "turns without a reply": [("assistant_reply_failures_total", {})],
        "HTTP 5xx": [(responses, {"status": status}) for status in statuses if status.startswith("5")],
        "HTTP 429 (limits)": [(responses, {"status": "429"})],
    }
    for said, names in counted.items():
        rate = sum(figures.rate(name, **labels) for name, labels in names)
        total = sum(figures.total(name, **labels) for name, labels in names)
        table.add_row(said, Text(_count(rate), "red" if rate else ""), _count(total))
    waiting = figures.most("assistant_erasures_waiting") or 0
    table.add_row("erasures waiting", "", Text(_count(waiting), "red" if waiting else ""))
    table.add_row("requests in hand", "", _count(figures.total("assistant_requests_in_hand")))
    return table


def _warnings(figures: Figures) -> Iterable[Text]:
    said = {warning for report in figures.last.health.values() if report for warning in report.warnings}
    return [Text(f"warning: {warning}", "yellow") for warning in sorted(said)]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold cyan")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _count(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else _NONE
