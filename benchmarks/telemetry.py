"""What watching costs: turns without spans, with a tenth, with all; and with a dead collector."""

import socket
from collections.abc import Generator
from contextlib import contextmanager

from benchmarks.figures import Figure, Target, median
from benchmarks.stack import House, done, house, in_ms, per_turn
from tests.support.stack import SERVICES

ROUNDS = 3
IN_FLIGHT = 64
CALM = 5
"""Turns a second, offered: a small share of what there is room for, or queues are measured."""
USERS = 150
"""New ones each round: what a turn takes grows with its conversation."""
ALL, TENTH, OFF = "all spans", "a tenth", "none"
STUCK, REFUSED = "a collector that never answers", "no collector there"


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened, _deaf() as deaf:
        await opened.prepare()
        collector = opened.stack.env["OTEL_EXPORTER_OTLP_ENDPOINT"]
        ratio = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
        bench = Bench(
            opened,
            {
                OFF: {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
                TENTH: {**ratio, "OTEL_TRACES_SAMPLER_ARG": "0.1"},
                ALL: {"OTEL_EXPORTER_OTLP_ENDPOINT": collector},
                STUCK: {"OTEL_EXPORTER_OTLP_ENDPOINT": deaf},
                REFUSED: {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
            },
        )
        for _ in range(1 if quick else ROUNDS):
            for way in bench.ways:
                await bench.round(way, *((100, 40) if quick else (300, 120)))
        return [*bench.costs(), *bench.deaths()]


class Bench:
    def __init__(self, opened: House, ways: dict[str, dict[str, str]]) -> None:
        self.house, self.ways = opened, ways
        self.rates: dict[str, list[float]] = {way: [] for way in ways}
        self.cpu: dict[str, list[float]] = {way: [] for way in ways}
        """Milliseconds a turn, of our processes and servers: the collector's are its own."""
        self.times: dict[str, list[dict[str, float]]] = {way: [] for way in ways}

    async def round(self, way: str, saturated: int, calm: int) -> None:
        """Fresh processes each time; all ways take turns on the same servers."""
        base = self.house.stack.gateway
        people = {"users": USERS, "first_user": USERS * sum(map(len, self.rates.values()))}
        self.house.start(*SERVICES, **self.ways[way])
        self.house.turns(base, USERS, in_flight=IN_FLIGHT, **people).run()
        await self.house.caught_up()
        before = self.house.cpu()
        seen = self.house.turns(base, saturated, in_flight=IN_FLIGHT, **people).run()
        if len(done(seen.replied)) < saturated:
            raise RuntimeError(f"{way}: a turn had no reply")
        self.rates[way].append(saturated / seen.seconds)
        await self.house.caught_up()
        self.cpu[way].append(per_turn(before, self.house.cpu(), saturated)["all"])
        seen = self.house.turns(base, calm, rate=CALM, **people).run()
        self.times[way].append(in_ms(seen.replied))
        self.house.stack.stop()

    def costs(self) -> list[Figure]:
        return [
            Figure(
                f"telemetry.{name}",
                f"turns a second, saturated, {way} to a collector",
                median(self.rates[way]),
                "/s",
                floor=median(self.rates[OFF]),
                floor_is="no collector set: spans are only ids",
                target=Target(ratio=ratio),
                more={"rounds": self.rates, "cpu_ms_per_turn": self.cpu},
            )
            for name, way, ratio in (("all", ALL, 0.85), ("tenth", TENTH, 0.9))
        ]

    def deaths(self) -> list[Figure]:
        return [
            Figure(
                f"telemetry.{name}",
                f"what a turn takes, p50, at {CALM}/s: {way}",
                median([one["p50"] for one in self.times[way]]),
                "ms",
                more_is_better=False,
                floor=median([one["p50"] for one in self.times[ALL]]),
                floor_is="the collector is well",
                target=Target(ratio=1.05),
                more={"rounds": self.times},
            )
            for name, way in (("stuck", STUCK), ("refused", REFUSED))
        ]


@contextmanager
def _deaf() -> Generator[str]:
    """Takes connections, and never reads a byte."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
