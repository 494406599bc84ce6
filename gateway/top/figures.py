"""What happened between two scrapes: increases, rates and quantiles, over all gateways together."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.top.scrape import Key, Scrape


@dataclass(frozen=True)
class Figures:
    """The figures of the time between two scrapes, and since the gateways started."""

    first: Scrape
    last: Scrape

    @property
    def minutes(self) -> float:
        """How long the time between was."""
        return (self.last.at - self.first.at) / 60

    def total(self, name: str, **labels: str) -> float:
        """The sum now of all samples of a name that have these labels."""
        return sum(value for page in self.last.samples.values() for value in _chosen(page, name, labels))

    def increase(self, name: str, **labels: str) -> float:
        """By how much counters have grown; one that begins anew, with its gateway, has grown from nothing."""
        return sum(
            _grown(value, (self.first.samples.get(url) or {}).get(key))
            for url, page in self.last.samples.items()
            if self.first.samples.get(url) is not None
            for key, value in (page or {}).items()
            if _is_chosen(key, name, labels)
        )

    def rate(self, name: str, **labels: str) -> float:
        """Increase a minute."""
        return self.increase(name, **labels) / self.minutes if self.minutes > 0 else 0.0

    def values(self, name: str, label: str) -> list[str]:
        """The values that a label has, sorted."""
        found = {
            dict(labels)[label]
            for page in self.last.samples.values()
            for sample, labels in page or ()
            if sample == name and label in dict(labels)
        }
        return sorted(found)

    def most(self, name: str, **labels: str) -> float | None:
        """The largest sample now; None when there is none."""
        return max((v for page in self.last.samples.values() for v in _chosen(page, name, labels)), default=None)

    def quantile(self, histogram: str, share: float, **labels: str) -> float | None:
        """The quantile of a histogram's increase, in its unit, as Prometheus' histogram_quantile; None of nothing.

        What lies beyond the last bound is told as that bound.
        """
        bounds = sorted(self.values(f"{histogram}_bucket", "le"), key=float)
        counts = [self.increase(f"{histogram}_bucket", le=bound, **labels) for bound in bounds]
        return quantile([float(bound) for bound in bounds], counts, share)


def quantile(bounds: list[float], counts: list[float], share: float) -> float | None:
    """The value below which a `share` (0..1) lies; `counts` are cumulative, the last bound is infinite."""
    if not counts or counts[-1] <= 0:
        return None
    wanted = share * counts[-1]
    place = next(place for place, count in enumerate(counts) if count >= wanted)
    if math.isinf(bounds[place]):
        return bounds[place - 1]
    below, start = (counts[place - 1], bounds[place - 1]) if place else (0.0, 0.0)
    within = counts[place] - below
    return start + (bounds[place] - start) * ((wanted - below) / within if within else 0.0)


def _grown(value: float, before: float | None) -> float:
    return value if before is None or value < before else value - before


def _chosen(page: Mapping[Key, float] | None, name: str, labels: Mapping[str, str]) -> Iterable[float]:
    return (value for key, value in (page or {}).items() if _is_chosen(key, name, labels))


def _is_chosen(key: Key, name: str, labels: Mapping[str, str]) -> bool:
    return key[0] == name and labels.items() <= key[1]
