"""What watching costs: turns without spans, with a tenth, with all; and with a dead collector."""

import asyncio
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from benchmarks.figures import Figure, Target, median
from benchmarks.load import Seen
from benchmarks.stack import House, done, house, in_ms, per_turn
from tests.support.proxy import Proxy
from tests.support.stack import SERVICES

ROUNDS = 3
BLOCKS = 7
IN_FLIGHT = 64
CALM = 8
"""Turns a second, offered: a small share of what there is room for, or queues are measured."""
USERS = 150
"""New ones each round: what a turn takes grows with its conversation."""
ALL, TENTH, OFF = "all spans", "a tenth", "none"
WELL, STUCK, REFUSED = "a collector", "one that never answers", "one that refuses connections"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened:
        await opened.prepare()
        collector = opened.stack.env[ENDPOINT]
        with _breakable(collector) as proxy:
            deaths = _deaths(opened, proxy, *((1, 40) if quick else (BLOCKS, 100)))
        ratio = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
        ways = {
            OFF: {ENDPOINT: ""},
            TENTH: {**ratio, "OTEL_TRACES_SAMPLER_ARG": "0.1"},
            ALL: {ENDPOINT: collector},
        }
        costs = await _costs(opened, ways, *((1, 100) if quick else (ROUNDS, 300)))
        return [*costs, *deaths]


async def _costs(
    opened: House, ways: Mapping[str, dict[str, str]], rounds: int, turns: int
) -> list[Figure]:
    """Fresh processes and people each time; all ways take turns on the same servers."""
    rates: dict[str, list[float]] = {way: [] for way in ways}
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        for place, (way, env) in enumerate(ways.items(), start=1):
            people = {"users": USERS, "first_user": USERS * (number * len(ways) + place)}
            opened.start(*SERVICES, **env)
            base = opened.stack.gateway
            opened.turns(base, USERS, in_flight=IN_FLIGHT, **people).run()
            await opened.caught_up()
            before = opened.cpu()
            seen = opened.turns(base, turns, in_flight=IN_FLIGHT, **people).run()
            _require_replies(seen, turns, way)
            rates[way].append(turns / seen.seconds)
            await opened.caught_up()
            cpu[way].append(per_turn(before, opened.cpu(), turns)["all"])
            opened.stack.stop()
    return [
        Figure(
            f"telemetry.{name}",
            f"turns a second, saturated, {way} to a collector",
            median(rates[way]),
            "/s",
            floor=median(rates[OFF]),
            floor_is="no collector set: spans are only ids",
            target=Target(ratio=least),
            more={"rounds": rates, "cpu_ms_per_turn": cpu},
        )
        for name, way, least in (("all", ALL, 0.85), ("tenth", TENTH, 0.9))
    ]


def _deaths(opened: House, proxy: Proxy, blocks: int, turns: int) -> list[Figure]:
    """The same processes throughout, whose collector goes and comes back; each way goes first."""
    opened.start(*SERVICES, **{ENDPOINT: f"http://127.0.0.1:{proxy.port}"})
    people = {"users": USERS, "first_user": 0}
    base = opened.stack.gateway
    opened.turns(base, USERS, in_flight=IN_FLIGHT, **people).run()
    ways = [WELL, STUCK, REFUSED]
    times: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(blocks):
        for way in ways:
            proxy.black_hole, proxy.refusing = way == STUCK, way == REFUSED
            proxy.reset_after = 0 if way == REFUSED else None
            seen = opened.turns(base, turns, rate=CALM, **people).run()
            _require_replies(seen, turns, way)
            times[way].append(in_ms(seen.replied))
        ways.append(ways.pop(0))
    opened.stack.stop()
    return [
        Figure(
            f"telemetry.{name}",
            f"what a turn takes, p50, at {CALM}/s: {way}",
            median([one["p50"] for one in times[way]]),
            "ms",
            more_is_better=False,
            floor=median([one["p50"] for one in times[WELL]]),
            floor_is="the collector is well",
            target=Target(ratio=1.05),
            more={"rounds": times},
        )
        for name, way in (("stuck", STUCK), ("refused", REFUSED))
    ]


def _require_replies(seen: Seen, turns: int, way: str) -> None:
    if len(done(seen.replied)) < turns:
        raise RuntimeError(f"{way}: a turn had no reply")


@contextmanager
def _breakable(url: str) -> Generator[Proxy]:
    """A hop before the collector, in a thread: the load holds this one up."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(10)

    proxy = Proxy.before((parts.hostname, parts.port))
    run(proxy.start())
    try:
        yield proxy
    finally:
        run(proxy.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
