"""Instruments that know their own labels, and every value that those may take.

A value that was not declared becomes `other`: nothing that a user, a model or a vendor says can
make series without end. Until `bind` an instrument measures into the void.
"""

import contextlib
import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import ClassVar, Literal

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.metrics import Counter as OtelCounter
from opentelemetry.metrics import Histogram as OtelHistogram

from taskflow import clock

OTHER = "other"
MOST = 50
"""Different values of a label whose values nobody can list."""
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Bounds of a histogram's buckets, each included."""

Source = Literal["process", "whole", "log"]
"""Who measures: every process itself, the gateway for the whole house, or the log's follower."""
Labels = Mapping[str, str]
_Point = tuple[tuple[str, str], ...]
_Ask = Callable[[], Mapping[str, float]]
_UNITS = {"s": "seconds", "1": ""}


@dataclass(frozen=True, slots=True)
class MetricLabel:
    name: str
    values: tuple[str, ...] = ()
    """All there are; none listed: any, up to `most` different ones in a process."""
    most: int = MOST
    zero: tuple[str, ...] = ()
    """Of those that are not listed, what stands at zero from the start."""


@dataclass(eq=False)
class Instrument:
    kind: ClassVar[str]

    name: str
    unit: str
    """UCUM."""
    meaning: str
    source: Source
    labels: tuple[MetricLabel, ...] = ()
    _seen: dict[str, set[str]] = field(default_factory=dict[str, set[str]], init=False)

    def bind(self, meter: Meter) -> None:
        """From now on it measures into this meter, and from nothing."""
        raise NotImplementedError

    @property
    def prometheus(self) -> str:
        """Its name at /metrics; a histogram's series end in _bucket, _sum and _count."""
        unit = "" if self.unit.startswith("{") else _UNITS.get(self.unit, self.unit)
        name = self.name.replace(".", "_")
        return f"{name}_{unit}" if unit else name

    def bounded(self, given: Labels) -> dict[str, str]:
        """Raises KeyError for a label that is lacking, ValueError for one that nobody declared."""
        if len(given) > len(self.labels):
            raise ValueError(f"{self.name} has no label {set(given) - set(self._names())}")
        return {label.name: self._bounded(label, given[label.name]) for label in self.labels}

    def _bounded(self, label: MetricLabel, value: str) -> str:
        if label.values:
            return value if value in label.values else OTHER
        seen = self._seen.setdefault(label.name, set())
        if value not in seen:
            if len(seen) >= label.most:
                return OTHER
            seen.add(value)
        return value

    def _names(self) -> Iterator[str]:
        return (label.name for label in self.labels)


class Counter(Instrument):
    kind = "counter"
    _real: OtelCounter | None = None

    def bind(self, meter: Meter) -> None:
        self._seen.clear()
        self._real = meter.create_counter(self.name, self.unit, self.meaning)

    @property
    def prometheus(self) -> str:
        return f"{super().prometheus}_total"

    def add(self, amount: float = 1, labels: Labels | None = None) -> None:
        if self._real is not None:
            self._real.add(amount, self.bounded(labels or {}))

    def stand_at_zero(self) -> None:
        """Shows the series that are known ahead: Prometheus sees no rise in a first sample."""
        for values in product(*(label.values or label.zero for label in self.labels)):
            self.add(0, dict(zip(self._names(), values, strict=True)))


@dataclass(eq=False)
class Histogram(Instrument):
    kind = "histogram"
    bounds: tuple[float, ...] = SECONDS
    _real: OtelHistogram | None = field(default=None, init=False)

    def bind(self, meter: Meter) -> None:
        self._seen.clear()
        self._real = meter.create_histogram(
            self.name, self.unit, self.meaning, explicit_bucket_boundaries_advisory=self.bounds
        )

    def record(self, value: float, labels: Labels | None = None) -> None:
        if self._real is not None:
            self._real.record(value, self.bounded(labels or {}))

    @contextlib.contextmanager
    def timed(self, labels: Labels) -> Generator[None]:
        """Seconds of the block, with `error.type`: the class of what it raises, or none."""
        began, error_type = clock.monotonic(), "none"
        try:
            yield
        except BaseException as error:
            error_type = type(error).__name__
            raise
        finally:
            self.record(clock.monotonic() - began, {**labels, "error.type": error_type})


@dataclass(eq=False)
class Gauge(Instrument):
    """What was last set; a value that is not known any more is dropped, never shown as zero."""

    kind = "gauge"
    _values: dict[_Point, float] = field(default_factory=dict[_Point, float], init=False)
    _asked: list[_Ask] = field(default_factory=list[_Ask], init=False)

    def bind(self, meter: Meter) -> None:
        self._seen.clear()
        self.drop()
        meter.create_observable_gauge(self.name, [self._observed], self.unit, self.meaning)

    def set(self, value: float, labels: Labels | None = None) -> None:
        self._values[tuple(self.bounded(labels or {}).items())] = value

    def replace(self, values: Mapping[str, float]) -> None:
        """All that is known now, by the value of its one label."""
        (label,) = self._names()
        points = {tuple(self.bounded({label: key}).items()): value for key, value in values.items()}
        self._values = points

    def drop(self) -> None:
        self._values = {}

    @contextlib.contextmanager
    def asking(self, ask: _Ask) -> Generator[None]:
        """Within the block it is asked at each look, by the value of its one label; summed."""
        self._asked.append(ask)
        try:
            yield
        finally:
            self._asked.remove(ask)

    def _observed(self, _options: CallbackOptions) -> Iterable[Observation]:
        # Another thread's look: of copies.
        values = dict(self._values)
        for ask in list(self._asked):
            for key, value in ask().items():
                point: _Point = tuple((name, key) for name in self._names())
                values[point] = values.get(point, 0) + value
        return [Observation(value, dict(point)) for point, value in values.items()]


class RecentWorst:
    """The worst of late: of the running window and the one before, so that no look misses it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before, self._now, self._began = 0.0, 0.0, -math.inf

    def add(self, value: float, at: float) -> float:
        if at - self._began >= self._seconds:
            self._before, self._now, self._began = self._now, 0.0, at
        self._now = max(self._now, value)
        return max(self._now, self._before)
