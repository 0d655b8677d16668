"""What a process would tell at /metrics, read by Prometheus' own parser."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.sdk.resources import Resource
from prometheus_client.parser import text_string_to_metric_families as families

from taskflow.telemetry import metrics

Series = dict[str, dict[frozenset[tuple[str, str]], float]]


def series(text: str) -> Series:
    """Values by a sample's name and its labels."""
    found: Series = {}
    for family in families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


class Meter:
    @property
    def series(self) -> Series:
        return series(metrics.exposition()[0].decode())

    def all(self, name: str) -> dict[str, float]:
        """By the values of its labels, in the order of the labels' names."""
        found = self.series.get(name, {})
        return {" ".join(v for _, v in sorted(labels)): value for labels, value in found.items()}

    def one(self, name: str, **labels: str) -> float | None:
        """None: nobody tells it."""
        return self.series.get(name, {}).get(frozenset(labels.items()))


@contextmanager
def metering() -> Generator[Meter]:
    """The whole catalogue, from nothing."""
    metrics.start(Resource.get_empty(), None)
    try:
        yield Meter()
    finally:
        metrics.stop()
