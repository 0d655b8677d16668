"""`make chaos-sends`: the gateway dies between Twilio's accept and our record, a thousand times.

Each round several people are answered at once; the gateway holds still at `send.post.after`, or
kills itself there, and dies with what it knew. A crash is counted for each message that Twilio had
accepted and no fact named when it died. Three kinds of world: callbacks on; callbacks off, so that
Twilio's list must tell; neither of the two, so that the log must say what it assumed.

    python -m tests.chaos.sends --crashes 1000 --seed 7
"""

import argparse
import asyncio
import contextlib
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from contracts.replies import ReplySent
from tests.chaos import checker
from tests.chaos.checker import check
from tests.chaos.history import History, gather
from tests.chaos.people import People
from tests.chaos.run import settle
from tests.chaos.story import tell
from tests.chaos.world import SERVICES, World, world
from tests.support.eventually import eventually
from tests.support.servers import nats_server, postgres_server

ROUND_SECONDS = 60.0
_KNOWN = "select payload->>'message_ref' as sid from events where type = 'reply.sent'"
_LANES = "select count(*) from moves where service = 'gateway'"


@dataclass(slots=True)
class Crashes:
    world: World
    chance: random.Random
    people: People
    caught: int = 0
    """Messages accepted by Twilio that no fact named when the gateway died."""
    kills: int = 0
    _person: int = 0
    _seen: set[str] = field(default_factory=set)

    async def round(self, *, wait: bool) -> None:
        """Some people are answered, and the gateway dies of it; it comes back and finds out."""
        many = self.chance.randint(4, 40)
        how = self.chance.choice(("stall(60)@1.0", "stall(60)@1.0", f"kill@{many // 2 or 1}"))
        # Mostly the callbacks come only when the gateway is dead; they are tried again then.
        delay_ms = self.chance.choice((0, 1_500, 2_500, 4_000))
        await self.world.side("/twilio/callbacks", {"delay_ms": delay_ms})
        await self._gateway(f"send.post.after={how}")
        persons = [self._new_person() for _ in range(many)]
        writing = [asyncio.create_task(self.people.say(one, "hello")) for one in persons]
        with contextlib.suppress(AssertionError):
            await eventually(lambda: self._all_posted(persons), ROUND_SECONDS, 0.02)
        await asyncio.sleep(self.chance.choice((0, 0, 0.05, 0.3)))
        await self._gateway_dies()
        await asyncio.gather(*writing)
        self.caught += await self._count_caught(persons)
        await self._gateway("")
        if wait:
            await eventually(self._lanes_are_empty, ROUND_SECONDS, 0.1)

    def _new_person(self) -> str:
        self._person += 1
        return f"+1558{self._person:07d}"

    async def _all_posted(self, persons: list[str]) -> bool:
        """Or the gateway is dead already."""
        if not self.world.replicas["gateway#1"].alive:
            return True
        accepted = {one["user"] for one in await self.world.side("/twilio/accepted")}
        return accepted >= set(persons)

    async def _gateway(self, failpoints: str) -> None:
        await self._gateway_dies()
        self.world.replicas["gateway#1"].failpoints = failpoints
        self.world.run("gateway#1")
        await self.world.until_ready("gateway#1")

    async def _gateway_dies(self) -> None:
        process = self.world.replicas["gateway#1"].process
        if process is not None:
            self.world.send("gateway#1", signal.SIGKILL)
            await asyncio.to_thread(process.join, 10)
            process.close()
            self.world.replicas["gateway#1"].process = None
            self.kills += 1

    async def _count_caught(self, persons: list[str]) -> int:
        known = {row["sid"] for row in await self.world.sql(_KNOWN)}
        accepted = await self.world.side("/twilio/accepted")
        return sum(one["sid"] not in known for one in accepted if one["user"] in persons)

    async def _lanes_are_empty(self) -> bool:
        return (await self.world.sql(_LANES))[0][0] == 0


async def run(
    home: Path, seed: str, crashes: int, *, callbacks: bool, listing: bool
) -> tuple[Crashes, History, bool]:
    with postgres_server() as postgres, nats_server() as bus:
        async with world(home, postgres, bus, seed, hurried=True) as opened:
            for service in SERVICES:
                opened.start(service)
            await opened.until_ready(*opened.replicas)
            if not callbacks:
                await opened.side("/twilio/callbacks", {"mode": "off"})
            chance = random.Random(f"{seed}:{callbacks}:{listing}")
            crashing = Crashes(opened, chance, People(opened, chance))
            while crashing.caught < crashes:
                if not listing:
                    await opened.side("/faults/clear", {})
                    await opened.fault("twilio-list", status=500, count=1_000_000)
                await crashing.round(wait=listing)
                print(f"\r{crashing.caught} of {crashes} crashes", end="", flush=True)
            print()
            settled = await settle(opened)
            return crashing, await gather(opened, crashing.people.answers), settled


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos-sends", description=__doc__)
    parser.add_argument("--crashes", type=int, default=1_000)
    parser.add_argument("--seed", default="")
    parser.add_argument("--only", choices=["callbacks", "list", "neither"])
    parser.add_argument("--keep", type=Path, help="a folder for the logs of all processes")
    asked = parser.parse_args()
    seed = asked.seed or secrets.token_hex(4)
    worlds = {
        "callbacks": (asked.crashes, True, True),
        "list": (asked.crashes, False, True),
        "neither": (max(1, asked.crashes // 10), False, False),
    }
    good = True
    for name, kind in worlds.items():
        if asked.only in {None, name}:
            good &= _one(name, seed, kind, asked.keep)
    sys.exit(0 if good else 1)


def _one(name: str, seed: str, kind: tuple[int, bool, bool], keep: Path | None) -> bool:
    crashes, callbacks, listing = kind
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="taskflow-sends-") as folder:
        home = keep / name if keep else Path(folder)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        done, history, settled = asyncio.run(
            run(home, seed, crashes, callbacks=callbacks, listing=listing)
        )
    violations = check(history)
    doubled = Counter((one.reply, one.part) for one in history.accepts)
    known = Counter(
        one.event.known_by for one in history.events if isinstance(one.event, ReplySent)
    )
    print(
        f"seed {seed}, {name}: {done.caught} messages caught by {done.kills} kills in "
        f"{time.monotonic() - began:.0f} s; doubled at Twilio "
        f"{sum(count > 1 for count in doubled.values())}; sent, known by {dict(known)}; "
        f"assumed {dict(checker.assumed(history))}; {len(violations)} violations; "
        f"{'settled' if settled else 'NOT SETTLED'}"
    )
    for one in violations[:1]:
        print(*tell(history, one), sep="\n")
    return settled and not violations


if __name__ == "__main__":
    main()
