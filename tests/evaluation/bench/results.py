"""Results as `evaluation.bench.measure` writes them, small."""

from typing import Any

from evaluation.bench.figures import ratios

ROUND = {"p50_spread": [1.0, 90.0], "server_ms": 3.0, "clients_ms": 0.3}


def server(milliseconds: float, rps: float, late: float, memory: float) -> dict[str, Any]:
    level = {"p50_ms": milliseconds, "p95_ms": 2 * milliseconds, "p99_ms": 3 * milliseconds, "rps": rps}
    return {
        "start_s": 12.0,
        "starts_s": [11.0, 12.0, 13.0],
        "memory_mb": {"one": memory / 4, "other": 3 * memory / 4, "all": memory},
        "levels": {clients: {**level, **ROUND, "rps_spread": [rps / 2, rps * 2]} for clients in ("1", "4", "16")},
        "length": {"turns": {"5": 10.0, "50": 12.0, "200": 10.0 * late}, "curve": [10.0, 11.0, 10.0 * late]},
        "stored": {"few": 10.0, "many": 10.5},
    }


def results() -> dict[str, Any]:
    """Everything, with a conversation that costs too much at its end."""
    servers = {
        "ours": server(8.0, 100.0, late=3.0, memory=1000.0),
        "stock": server(40.0, 20.0, late=4.0, memory=1200.0),
        "limit": server(4.0, 200.0, late=1.0, memory=200.0),
    }
    return {
        "date": "2026-01-02",
        "seconds": 600,
        "code": "ab" * 32,
        "data": "cd" * 32,
        "conversations": 64,
        "messages": 79,
        "few": 10,
        "effort": {"starts": 3, "rounds": 10, "stored": 10_000, "stored_rounds": 20, "long": 6},
        "machine": {"processors": 2, "system": "Linux", "load": 0.5},
        "servers": servers,
        "ratios": ratios(servers),
    }
