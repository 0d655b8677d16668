"""`make chaos-matrix`: every failpoint a message type reaches, in every service, killed there once.

A first pass notes which places each message type reaches, and how often; then each of them is a
cell: the service is started anew to die at just that place, somebody writes a message of that type,
the service comes back, and the message must come to its end. The checker judges the whole history.

    python -m tests.chaos.matrix [--services gateway,agent] [--kinds text,long] [--action kill]
"""

import argparse
import asyncio
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from contracts import slots, streams
from tests.chaos.checker import check
from tests.chaos.history import gather
from tests.chaos.people import KINDS, People
from tests.chaos.run import settle
from tests.chaos.story import tell
from tests.chaos.world import SERVICES, World, world
from tests.support.servers import nats_server, postgres_server

CELL_SECONDS = 6.0
"""A cell that needs longer (an outcome that is waited for, two minutes) is judged at the end."""
NOISE = ("heartbeat.commit", "watchdog.commit")
"""Reached by the clock, not by messages."""
REPEATED = ("projection.", "relay.", "bus.", "send.list", "attempt.")
"""Reached again and again by one message, and each time alike: the first time stands for all."""
_DONE = """
select not exists (select from moves where stream = any($1))
   and not exists (select from open_calls where stream = any($1))
   and not exists (select from due_reminders
                    where user_id = any($2) and due_at < now() + interval '1 minute')
"""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    service: str
    place: str
    nth: int
    kind: str

    def __str__(self) -> str:
        return f"{self.service} at {self.place} ({self.nth}.) of {self.kind}"


@dataclass(slots=True)
class Matrix:
    world: World
    people: People
    action: str
    hit: Counter[bool]
    later: int = 0
    _person: int = 0

    async def places(self, service: str, kind: str) -> list[tuple[str, int]]:
        """What a message of this kind makes the service reach, as its cells will start it."""
        return [
            (place, nth)
            for relays in (False, True)
            for place, nth in await self._noted(service, kind, first=relays)
            if place.startswith("relay.") == relays
        ]

    async def _noted(self, service: str, kind: str, *, first: bool) -> list[tuple[str, int]]:
        """After its start, in order."""
        log = self.world.home / "logs" / f"{service}.jsonl"
        earlier = len(_reached(log))  # by processes before this one
        await self._anew(service, "*=note", first=first)
        seen = len(_reached(log)) - earlier
        await self._write(kind)
        reached = _reached(log)[earlier:]
        before, during = Counter(reached[:seen]), Counter(reached[seen:])
        return [
            (place, before[place] + n)
            for place in during
            if not place.startswith(NOISE)
            for n in range(1, 1 + (1 if place.startswith(REPEATED) else during[place]))
        ]

    async def run(self, cell: Cell) -> None:
        relays = cell.place.startswith("relay.")
        await self._anew(cell.service, f"{cell.place}={self.action}@{cell.nth}", first=relays)
        deaths = sum(self.world.deaths.values())
        await self._write(cell.kind)
        self.hit[sum(self.world.deaths.values()) > deaths or self.action != "kill"] += 1

    async def _anew(self, service: str, failpoints: str, *, first: bool) -> None:
        """The service alone, or, to make it the relay, all of them, it before the others."""
        name = f"{service}#1"
        names = [name, *(f"{one}#1" for one in SERVICES if one != service)] if first else [name]
        for one in names:
            self.world.replicas[one].wanted = False
            self.world.send(one, signal.SIGKILL)
        for one in names:
            process = self.world.replicas[one].process
            if process is not None:
                await asyncio.to_thread(process.join, 10)
                process.close()
            self.world.replicas[one].failpoints = failpoints if one == name else ""
            self.world.replicas[one].process = None
            self.world.run(one)
            self.world.replicas[one].wanted = True
            if one == name:
                await self._until_up(one)
        await asyncio.gather(*(self._until_up(one) for one in names))
        if first:
            await asyncio.sleep(0.3)  # its relay and its projections are at their first look

    async def _until_up(self, name: str) -> None:
        """Ready, or dead at its start already: then the supervisor takes over."""
        file = self.world.ready_file(name)
        while not file.exists() and self.world.replicas[name].alive:
            await asyncio.sleep(0.01)

    async def _write(self, kind: str) -> None:
        """By somebody new; returns when all is done, or takes too long."""
        self._person += 1
        person = f"+1557{self._person:07d}"
        if kind == "cancel":
            await self.people.act(person, "reminder")
        await self.people.act(person, kind)
        deadline = time.monotonic() + CELL_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            self.world.tend(random.Random(0))
            if await self._is_done(person):
                return
        self.later += 1

    async def _is_done(self, person: str) -> bool:
        sids = [one["sid"] for one in await self.world.side("/phone/inbound")
                if one["user"] == person]  # fmt: skip
        ids = [slots.event_id(slots.message(sid), 0) for sid in sids]
        rows = await self.world.sql("select user_id from events where event_id = any($1)", ids)
        if len(rows) < len(ids):
            return False
        users = list({row["user_id"] for row in rows})
        conversations = [streams.conversation(user) for user in users]
        return (await self.world.sql(_DONE, conversations, users))[0][0]


def _reached(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return [json.loads(line)["place"] for line in lines if '"failpoint.reached"' in line]


async def run(
    home: Path, *, services: list[str], kinds: list[str], action: str, most: int | None
) -> int:
    """How many cells failed."""
    began = time.monotonic()
    with postgres_server() as postgres, nats_server() as bus:
        async with world(home, postgres, bus, hurried=True) as opened:
            for service in SERVICES:
                opened.start(service)
            await opened.until_ready(*opened.replicas)
            matrix = Matrix(opened, People(opened, random.Random(0), variety=1), action, Counter())
            cells: list[Cell] = []
            table: dict[str, Counter[str]] = {}
            for service in services:
                for kind in kinds:
                    places = await matrix.places(service, kind)
                    cells += [Cell(service, place, nth, kind) for place, nth in places]
            if not cells:
                raise AssertionError("no message reached any failpoint: nothing would be tried")
            random.Random(0).shuffle(cells)
            for number, cell in enumerate(sorted(cells[:most]), start=1):
                await matrix.run(cell)
                table.setdefault(cell.service, Counter())[cell.kind] += 1
                if number % 25 == 0:
                    print(f"{number} of {len(cells[:most])}: {cell}", flush=True)
            for one in opened.replicas.values():
                one.failpoints = ""
                opened.send(one.name, signal.SIGKILL)
            tending = asyncio.create_task(_tend(opened))
            await matrix.people.come_back()
            settled = await settle(opened)
            tending.cancel()
            history = await gather(opened, matrix.people.answers)
            violations = check(history)
    _report(table, matrix, kinds)
    print(f"{len(cells[:most])} cells in {time.monotonic() - began:.0f} s, "
          f"{matrix.hit[True]} {action}ed at their place, {matrix.later} judged at the end; "
          f"dead letters {len(history.dead_letters)}; "
          f"{len(violations)} violations; {'settled' if settled else 'NOT SETTLED'}")  # fmt: skip
    for one in violations[:1]:
        print(*tell(history, one), sep="\n")
    for one in violations[1:20]:
        print(f"also {one.promise}: {one.what} ({one.stream})")
    return len(violations) + (not settled)


async def _tend(opened: World) -> None:
    while True:
        opened.tend(random.Random(0))
        await asyncio.sleep(0.2)


def _report(table: dict[str, Counter[str]], matrix: Matrix, kinds: list[str]) -> None:
    print(f"{'cells':<10}", *(f"{kind:>10}" for kind in kinds))
    for service, row in table.items():
        print(f"{service:<10}", *(f"{row[kind]:>10}" for kind in kinds))
    print("deaths:", json.dumps(dict(matrix.world.deaths)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="make chaos-matrix", description=__doc__)
    parser.add_argument("--services", default=",".join(SERVICES))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--action", default="kill", choices=["kill", "raise", "cancel", "stall"])
    parser.add_argument("--most", type=int, help="so many cells, picked evenly; default: all")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of all processes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taskflow-matrix-") as folder:
        home = asked.keep or Path(folder)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        failed = asyncio.run(
            run(
                home,
                services=asked.services.split(","),
                kinds=asked.kinds.split(","),
                action=asked.action,
                most=asked.most,
            )
        )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
