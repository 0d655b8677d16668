"""Named places where a test breaks a process: before and after whatever leaves it.

    TASKFLOW_FAILPOINTS="send.post.after=kill, append.commit.before=stall(45)@0.01"

`<point>.before` or `<point>.after`, or `*`; then what happens there; then when: `@3` the third
time (`@1` without a word), `@0.01` each time with that probability.
"""

import asyncio
import os
import random
import re
import signal
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, cast, get_args

import structlog

from taskflow.errors import Configuration

STALL_SECONDS = 45.0
"""Longer than a delivery's ack wait: another one has begun when this one goes on."""

Action = Literal["kill", "raise", "stall", "cancel", "note"]
_ORDER = re.compile(
    r"(?P<place>\*|[a-z.]+)=(?P<action>[a-z]+)(\((?P<seconds>\d+(\.\d+)?)\))?(@(?P<when>[\d.]+))?"
)

log = structlog.get_logger()


class Injected(Exception):
    """A failpoint raised: an error that nobody foresaw."""


class Failpoint:
    """Put around one effect: `async with failpoints.SEND_POST:`. Costs nothing while none is armed.

    The place after is reached only when the effect came to its end.
    """

    __slots__ = ("name", "what")

    def __init__(self, name: str, what: str) -> None:
        self.name, self.what = name, what
        POINTS.append(self)

    async def __aenter__(self) -> None:
        if _armed.orders:
            await _armed.reached(f"{self.name}.before")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if _armed.orders and kind is None:
            await _armed.reached(f"{self.name}.after")


POINTS: list[Failpoint] = []

APPEND_COMMIT = Failpoint("append.commit", "a group of appends in the log")
PARK_COMMIT = Failpoint("park.commit", "a parking and its dead letter")
DEAD_LETTER_COMMIT = Failpoint("deadletter.commit", "a dead letter without a move, or its settling")
ATTEMPT_COMMIT = Failpoint("attempt.commit", "the count of tries at a slot")
SNAPSHOT_COMMIT = Failpoint("snapshot.commit", "a snapshot of a fold")
VAULT_COMMIT = Failpoint("vault.commit", "a user's key or address")
FORGET_COMMIT = Failpoint("forget.commit", "a user's tombstone, and all that is destroyed with it")
MEDIA_COMMIT = Failpoint("media.commit", "a picture, or the deletion of a user's")
PROJECTION_COMMIT = Failpoint("projection.commit", "a projection's rows and checkpoint")
REBUILD_COMMIT = Failpoint("rebuild.commit", "a page of a projection built beside the live one")
REBUILD_SWAP = Failpoint("rebuild.swap", "what was built takes the live one's place")
MEASURING_COMMIT = Failpoint("measuring.commit", "how far the log was measured")
HEARTBEAT_COMMIT = Failpoint("heartbeat.commit", "the sign that an instance lives")
RELAY_PUBLISH = Failpoint("relay.publish", "a page of the log onto JetStream")
RELAY_COMMIT = Failpoint("relay.commit", "the relay's cursor")
WATCHDOG_COMMIT = Failpoint("watchdog.commit", "the claim on drivers that stand too long")
WATCHDOG_PUBLISH = Failpoint("watchdog.publish", "a driver's event once more")
BUS_PULL = Failpoint("bus.pull", "a request for deliveries")
BUS_ACK = Failpoint("bus.ack", "a delivery is done")
BUS_NACK = Failpoint("bus.nack", "a delivery is handed back")
BUS_TERM = Failpoint("bus.term", "a delivery is given up")
DUE_COMMIT = Failpoint("due.commit", "the claim on due reminders")
PAGES_COMMIT = Failpoint("pages.commit", "the claim on a due page, and its next instant")
ASK_REQUEST = Failpoint("ask.request", "a question to another service")
ASK_ANSWER = Failpoint("ask.answer", "the answer to it")
MODEL_CALL = Failpoint("model.call", "a question to the model")
SEND_POST = Failpoint("send.post", "a message to its vendor")
SEND_LIST = Failpoint("send.list", "the vendor's list of messages")
SEND_DELETE = Failpoint("send.delete", "the end of a message at its vendor")
MEDIA_FETCH = Failpoint("media.fetch", "a medium of a message at its vendor")
SEARCH_CALL = Failpoint("search.call", "a search at its vendor")
PAGE_FETCH = Failpoint("page.fetch", "a look at a page, by plain HTTP or by browser")
PARTITIONS_COMMIT = Failpoint("partitions.commit", "partitions ahead of the log's end")
ARCHIVE_SEAL = Failpoint("archive.seal", "a closed partition takes no more rows")
ARCHIVE_WRITE = Failpoint("archive.write", "a partition's files come into being")
ARCHIVE_INDEX = Failpoint("archive.index", "some ids or streams of an archive, or its announcement")
ARCHIVE_DROP = Failpoint("archive.drop", "a partition leaves the database")


@dataclass(frozen=True, slots=True)
class FailpointOrder:
    place: str
    """A point's name with `.before` or `.after`, or `*`."""
    action: Action
    seconds: float
    nth: int | None
    """Which time; None: by probability."""
    probability: float

    def fits(self, place: str, times: int, chance: random.Random) -> bool:
        if self.place not in {"*", place}:
            return False
        return chance.random() < self.probability if self.nth is None else times == self.nth


class Armed:
    """What this process was told to do to itself."""

    def __init__(self, orders: list[FailpointOrder], seed: str | None) -> None:
        self.orders = orders
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._times: Counter[str] = Counter()

    async def reached(self, place: str) -> None:
        self._times[place] += 1
        times = self._times[place]
        for order in self.orders:
            if order.fits(place, times, self._chance):
                log.warning("failpoint.reached", place=place, action=order.action, times=times)
                await _do(order, place)


_armed = Armed([], None)


def arm(said: str, seed: str | None = None) -> None:
    """Takes the place of what was armed. Raises Configuration, naming what it does not know."""
    global _armed  # noqa: PLW0603 - a process has one, and a disarmed point must cost nothing
    _armed = Armed([_order(order.strip()) for order in said.split(",") if order.strip()], seed)
    if _armed.orders:
        log.warning("failpoints.armed", orders=len(_armed.orders))


def arm_from_environment() -> bool:
    """Whether any is armed."""
    arm(os.environ.get("TASKFLOW_FAILPOINTS", ""), os.environ.get("TASKFLOW_FAILPOINTS_SEED"))
    return bool(_armed.orders)


def places() -> list[str]:
    return [f"{point.name}.{side}" for point in POINTS for side in ("before", "after")]


def _order(said: str) -> FailpointOrder:
    found = _ORDER.fullmatch(said)
    if found is None or found["action"] not in get_args(Action):
        raise Configuration(
            f"TASKFLOW_FAILPOINTS: {said!r} is not <point>.before=<action> with an action of "
            f"{', '.join(get_args(Action))}; for example: send.post.after=kill"
        )
    if found["place"] not in {"*", *places()}:
        raise Configuration(
            f"TASKFLOW_FAILPOINTS: there is no place {found['place']!r}; "
            "`taskflow failpoints` lists them"
        )
    when = found["when"] or ("1" if found["action"] != "note" else "1.0")
    return FailpointOrder(
        place=found["place"],
        action=cast("Action", found["action"]),
        seconds=float(found["seconds"] or STALL_SECONDS),
        nth=int(when) if when.isdecimal() else None,
        probability=0.0 if when.isdecimal() else float(when),
    )


async def _do(order: FailpointOrder, place: str) -> None:
    match order.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise Injected(place)
        case "stall":
            await asyncio.sleep(order.seconds)
        case "cancel":
            task = asyncio.current_task()
            assert task is not None, "an effect is awaited by a task"
            task.cancel()
            await asyncio.sleep(0)
        case "note":
            pass
