"""`make chaos`: people write, things break, and the checker decides.

python -m tests.chaos.run --seed 7 --messages 3000 --minutes 30
"""

import argparse
import asyncio
import contextlib
import json
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats

from contracts.conversation import ReplyReady, TurnStarted
from contracts.reminders import ReminderFired
from contracts.replies import WINDOW_SHUT, ReplyHeld, ReplySending, ReplySent
from contracts.takeover import ConversationTakenOver
from taskflow.bus import topology
from tests.chaos import checker
from tests.chaos.checker import Violation, check
from tests.chaos.history import History, gather
from tests.chaos.nemesis import Nemesis
from tests.chaos.people import People
from tests.chaos.story import tell
from tests.chaos.world import SERVICES, World, world
from tests.support.servers import nats_server, postgres_server

SETTLE_SECONDS = 420.0
"""Two minutes for an unknown outcome, two for the watchdog, and their retries."""
_OPEN = """
select (select count(*) from moves) as drivers,
       (select count(*) from open_calls) as calls,
       (select count(*) from due_reminders where due_at < now() + interval '1 minute') as reminders
"""


_TOLD = """
select count(distinct payload->>'message_ref') as count from events
 where type = 'reply.undelivered' and payload->>'message_ref' = any($1)
"""


@dataclass(slots=True)
class Result:
    seed: str
    history: History
    violations: list[Violation]
    settled: bool
    facts: dict[str, Any] = field(default_factory=dict)
    diary: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.settled and not self.violations


async def run(
    seed: str, *, messages: int, seconds: float, home: Path, people: int = 50,
    pace: tuple[float, float] = (1.0, 5.0), hurried: bool = False,
) -> Result:  # fmt: skip
    with postgres_server() as postgres, nats_server() as bus:
        async with world(home, postgres, bus, seed, hurried=hurried) as opened:
            for service in SERVICES:
                opened.start(service)
            await opened.until_ready(*opened.replicas)
            chance = random.Random(seed)
            crowd = People(opened, random.Random(f"{seed}:people"), people)
            nemesis = Nemesis(opened, chance, pace)
            if hurried:
                nemesis.weights.pop("pause")
            tending = asyncio.create_task(nemesis.tend())
            try:
                await asyncio.gather(crowd.live(messages, seconds), nemesis.torment(seconds))
                await nemesis.heal()
                await crowd.come_back()
                began = time.monotonic()
                settled = await settle(opened)
                took = time.monotonic() - began
            finally:
                tending.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await tending
            history = await gather(opened, crowd.answers)
            facts = {
                **counted(history),
                "settled_after_s": round(took, 1),
                "faults": dict(nemesis.done),
                "deaths": dict(opened.deaths),
            }
            return Result(seed, history, check(history), settled, facts, nemesis.diary)


async def settle(opened: World, seconds: float = SETTLE_SECONDS) -> bool:
    """Until nothing is left to do; False when it takes too long."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < deadline:
        await asyncio.sleep(1)
        quiet = quiet + 1 if not await _open_work(opened) else 0
        if quiet >= 4:
            return True
    return False


async def _open_work(opened: World) -> dict[str, int]:
    """What is still to do, by kind."""
    with contextlib.suppress(OSError, TimeoutError, nats.errors.Error):
        (row,) = await opened.sql(_OPEN)
        work = {name: count for name, count in dict(row.items()).items() if count}
        client = await nats.connect(opened.bus.url, max_reconnect_attempts=1)
        try:
            for consumer in topology.CONSUMERS:
                info = await client.jetstream().consumer_info(topology.STREAM, consumer.service)
                if pending := (info.num_pending or 0) + (info.num_ack_pending or 0):
                    work[f"bus {consumer.service}"] = pending
        finally:
            await client.close()
        ids = {row["sid"] for row in await opened.side("/phone/inbound")}
        taken = await opened.sql("select count(*) from events where type = 'message.received'")
        if missing := len(ids) - taken[0]["count"]:
            work["messages at Twilio only"] = missing
        if unknown := await _untold(opened):
            work["refusals at Twilio only"] = unknown
        return work
    return {"unreachable": 1}


async def _untold(opened: World) -> int:
    """What WhatsApp refused because of the window, and no fact tells of."""
    accepted = await opened.side("/twilio/accepted")
    refused = [one["sid"] for one in accepted if one["error_code"] == WINDOW_SHUT]
    told = await opened.sql(_TOLD, refused)
    return len(refused) - told[0]["count"]


def counted(history: History) -> dict[str, Any]:
    kinds = Counter(type(one.event).__name__ for one in history.events)
    fired = [one for one in history.events if isinstance(one.event, ReminderFired)]
    late = [(one.recorded_at - one.event.due).total_seconds() for one in fired]
    known = Counter(
        one.event.known_by for one in history.events if isinstance(one.event, ReplySent)
    )
    ready = Counter(one.event.kind for one in history.events if isinstance(one.event, ReplyReady))
    held = Counter(one.event.why for one in history.events if isinstance(one.event, ReplyHeld))
    claims = [one.event for one in history.events if isinstance(one.event, ReplySending)]
    answered_late = [webhook for webhook in history.webhooks if not webhook.acknowledged]
    return {
        "messages": len(history.webhooks),
        "acknowledged": sum(webhook.acknowledged for webhook in history.webhooks),
        "found by back-fill": len(answered_late),
        "events": len(history.events),
        "turns": kinds[TurnStarted.__name__],
        "replies": dict(ready),
        "accepted by Twilio": len(history.accepts),
        "sent, known by": dict(known),
        "assumed": dict(checker.assumed(history)),
        "failed": dict(checker.failed(history)),
        "held": dict(held),
        "said with another": sum(one.within is not None for one in claims),
        "by template, or with buttons": sum(one.by_template for one in history.accepts),
        "refused by the window": sum(one.code == WINDOW_SHUT for one in history.accepts),
        "takeovers": kinds[ConversationTakenOver.__name__],
        "reminders fired": len(fired),
        "latest reminder, s": round(max(late, default=0.0), 1),
        "dead letters": dict(
            Counter(f"{row.service}: {row.error_code}" for row in history.dead_letters)
        ),
    }


def report(result: Result) -> None:
    for name, value in result.facts.items():
        print(f"  {name:<28} {value}")
    by_promise = Counter(one.promise for one in result.violations)
    names = {"P1": "lost", "P3": "doubled", "P5": "out of order", "P6": "wrong time"}
    verdict = ", ".join(f"{by_promise[key]} {name}" for key, name in names.items())
    print(f"seed {result.seed}: {verdict}; {'settled' if result.settled else 'NOT SETTLED'}")
    if result.violations:
        print("The first violation, and that user's story:")
        for line in tell(result.history, result.violations[0]):
            print(line)
        for one in result.violations[1:20]:
            print(f"also {one.promise}: {one.what} ({one.stream})")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", default="", help="default: a fresh one, printed")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--json", type=Path, help="the facts and the violations, for machines")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of all processes")
    asked = parser.parse_args()
    seed = asked.seed or secrets.token_hex(4)
    print(f"seed {seed}: {asked.messages} messages of {asked.people} people in {asked.minutes} min")
    with tempfile.TemporaryDirectory(prefix="taskflow-chaos-") as folder:
        home = asked.keep or Path(folder)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        result = asyncio.run(
            run(
                seed,
                messages=asked.messages,
                seconds=asked.minutes * 60,
                home=home,
                people=asked.people,
            )
        )
        (home / "diary.txt").write_text("\n".join(result.diary) + "\n")
    report(result)
    if asked.json:
        said = {
            "seed": seed,
            "settled": result.settled,
            "violations": [
                {"promise": one.promise, "what": one.what, "stream": one.stream}
                for one in result.violations
            ],
            **result.facts,
        }
        asked.json.write_text(json.dumps(said, indent=1, default=str) + "\n")
    sys.exit(0 if result.good else 1)


if __name__ == "__main__":
    main()
