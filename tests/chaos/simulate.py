"""`make simulate`: seeded walks over the simulated worlds, thousands a minute.

python -m tests.chaos.simulate --seeds 5000
python -m tests.chaos.simulate --seed 562 --only reminders
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hypothesis.stateful import RuleBasedStateMachine

from tests.support import reminders, taken_turns
from tests.support.lanes import Lanes
from tests.support.quiet import quiet
from tests.support.taken_lanes import TakenLanes
from tests.support.taken_turns import TakenTurns
from tests.support.turns import Turns
from tests.support.walks import STEPS, walk
from tests.support.watches_world import WatchesWorld

REPORT_EVERY = 15.0


class Walks(Protocol):
    @property
    def every(self) -> int:
        """Only seeds that this divides: some worlds take longer than others."""
        ...

    def walk(self, seed: int, story: "Told | None" = None) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    machine: type[RuleBasedStateMachine]
    often: Sequence[str]
    steps: int = STEPS
    every: int = 1

    def walk(self, seed: int, story: "Told | None" = None) -> None:
        walk(self.machine, seed, often=self.often, steps=self.steps, story=story)


@dataclass(frozen=True, slots=True)
class Days:
    """Hours of watching, one rule after the other being the world's own affair."""

    every: int = 50

    def walk(self, seed: int, story: "Told | None" = None) -> None:
        world = WatchesWorld(seed)
        if story is not None:
            story.begins(world, "live", {"seed": seed})
        world.live()


WORLDS: Mapping[str, Walks] = {
    "turns": World(Turns, ("a_handler_goes_on", "the_bus_delivers")),
    "lanes": World(Lanes, ("a_sender_goes_on", "the_bus_delivers", "twilio_accepts")),
    "taken turns": World(TakenTurns, taken_turns.WORK),
    "taken lanes": World(TakenLanes, ("a_sender_goes_on", "the_bus_delivers", "twilio_accepts")),
    "reminders": World(reminders.Reminders, reminders.WORK, reminders.STEPS),
    "watches": Days(),
}


@dataclass(slots=True)
class Told:
    """A walk's rules in their order, and what each of them put into the log."""

    lines: list[str] = field(default_factory=list)
    _world: Any = None
    _seen: int = 0
    _count: int = 0

    def begins(self, world: Any, rule: str, arguments: Mapping[str, int]) -> None:
        self._world = world
        self.hear()
        self._count += 1
        given = ", ".join(f"{name}={value}" for name, value in arguments.items())
        self.lines.append(f"{self._count:4} {world.log.now:%d %H:%M:%S.%f} {rule}({given})")

    def hear(self) -> None:
        """Also what the rule that failed recorded before it did."""
        for one in self._world.log.after(self._seen) if self._world else ():
            self._seen = one.position
            facts = one.event.model_dump(mode="json", exclude_none=True)
            told = ", ".join(f"{name}={value}" for name, value in facts.items())
            place = f"{one.stream[:12]}..{one.stream[-6:]} v{one.version}"
            self.lines.append(
                f"       + {one.transaction_id} {place} {one.event.type} {told}"[:300]
            )


def violated(world: Walks, seed: int, story: Told | None = None) -> str | None:
    """The first invariant that this seed finds broken; an error nobody foresaw counts as one."""
    try:
        world.walk(seed, story)
    except AssertionError as error:
        return str(error).partition("\n")[0] or "an assertion without words"
    except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
        return f"{type(error).__name__}: {error}"
    return None


def report(name: str, world: Walks, seed: int) -> None:
    """The same walk once more, told."""
    story = Told()
    finding = violated(world, seed, story)
    story.hear()
    print(f"VIOLATION in {name}, seed {seed}: {finding}")
    print("\n".join(story.lines))
    print(f"again: python -m tests.chaos.simulate --only {name} --seed {seed}", flush=True)


def main(arguments: Sequence[str] | None = None, worlds: Mapping[str, Walks] = WORLDS) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5000, help="walks in each world")
    parser.add_argument("--first", type=int, default=0, help="the seed to begin with")
    parser.add_argument("--seed", type=int, help="this one alone, told in full")
    parser.add_argument("--only", choices=sorted(worlds))
    given = parser.parse_args(arguments)
    chosen = {name: world for name, world in worlds.items() if given.only in {None, name}}
    with quiet():
        if given.seed is not None:
            return _one(chosen, given.seed)
        return _many(chosen, range(given.first, given.first + given.seeds))


def _one(worlds: Mapping[str, Walks], seed: int) -> int:
    bad = 0
    for name, world in worlds.items():
        if violated(world, seed):
            report(name, world, seed)
            bad += 1
        else:
            print(f"{name}, seed {seed}: no violation")
    return int(bad > 0)


def _many(worlds: Mapping[str, Walks], seeds: range) -> int:
    """Seed by seed through all worlds; a world that broke is left alone from then on."""
    spent = dict.fromkeys(worlds, 0.0)
    walks = dict.fromkeys(worlds, 0)
    broken: set[str] = set()
    began = told = time.monotonic()
    for seed in seeds:
        for name in worlds:
            if name in broken or seed % worlds[name].every:
                continue
            at = time.process_time()
            finding = violated(worlds[name], seed)
            spent[name] += time.process_time() - at
            walks[name] += 1
            if finding:
                broken.add(name)
                report(name, worlds[name], seed)
        if len(broken) == len(worlds):
            break
        if time.monotonic() - told > REPORT_EVERY:
            told = time.monotonic()
            print(f"... seed {seed}", flush=True)
    for name in worlds:
        rate = 60 * walks[name] / max(spent[name], 1e-9)
        verdict = "VIOLATED" if name in broken else "no violation"
        print(f"{name:10} {walks[name]:7} seeds  {rate:8.0f} a minute of one core  {verdict}")
    total, wall = sum(walks.values()), time.monotonic() - began
    core = 60 * total / max(sum(spent.values()), 1e-9)
    print(f"{'all':10} {total:7} seeds  {core:8.0f} a minute of one core, {wall:.0f} s in all")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
