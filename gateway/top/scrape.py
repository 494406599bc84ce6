"""Reading what gateways say of themselves: their metrics, and their health."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from gateway.health import HealthReport

# A sample's name and labels.
Key = tuple[str, frozenset[tuple[str, str]]]
_SECONDS = 5.0


@dataclass(frozen=True)
class Scrape:
    """What was read at once: `samples` by gateway, None where one did not answer; `at` in seconds of a steady clock."""

    at: float
    samples: Mapping[str, Mapping[Key, float] | None]
    health: Mapping[str, HealthReport | None]


def samples(text: str) -> dict[Key, float]:
    """The samples of a page of metrics. Raises ValueError when it is none."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Reader:
    """Reads the same gateways again and again."""

    def __init__(self, metrics: list[str], health: list[str]) -> None:
        """`metrics` and `health` are the addresses of the pages."""
        self._metrics = metrics
        self._health = health
        # The gateways are on this machine or in this network: no proxy of the environment may stand between.
        self._http = httpx.Client(timeout=_SECONDS, trust_env=False)

    def read(self) -> Scrape:
        """What they say now; health first, which makes the gateways look at the other parts."""
        health = {url: self._healthy(url) for url in self._health}
        return Scrape(time.monotonic(), {url: self._measured(url) for url in self._metrics}, health)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _healthy(self, url: str) -> HealthReport | None:
        try:
            return HealthReport.model_validate_json(self._http.get(url).content)
        except (httpx.HTTPError, ValueError):
            return None

    def _measured(self, url: str) -> dict[Key, float] | None:
        try:
            answer = self._http.get(url)
            return samples(answer.text) if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None
