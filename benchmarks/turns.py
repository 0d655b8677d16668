"""A whole turn: from Twilio's webhook to our POST to Twilio, through every process.

Each reply is followed by three status callbacks, whose CPU belongs to their turn.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.figures import Figure, Target, median
from benchmarks.floor import turns as floor
from benchmarks.load import Seen
from benchmarks.stack import House, done, house, in_ms, per_turn

ROUNDS = 3
IN_FLIGHT = 64
"""Turns at once when saturated."""
CALM = 20
"""Turns a second, offered."""
USERS = 400
LONG_USERS, LONG_TURNS = 32, 40
"""People with a history, and how many turns it has before the first round."""
LONG_PEOPLE = {"users": LONG_USERS, "first_user": 3_000_000}
WAYS = ("floor", "facts", "taskflow")
CALLBACKS = {"facts": 3, "taskflow": 3}
"""Of each reply; the floor of the same hops asks for none."""

Rounds = dict[str, list[tuple[Seen, dict[str, float]]]]
"""By way, what each round saw and spent."""


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened:
        await opened.prepare()
        opened.start()
        gateway = opened.stack.gateway
        opened.turns(gateway, USERS, users=USERS, in_flight=IN_FLIGHT).run()
        facts, _ = await floor.start_facts(opened)
        bases = {"floor": await floor.start(opened), "facts": facts, "taskflow": gateway}
        for way in ("floor", "facts"):
            opened.turns(bases[way], USERS, users=USERS, in_flight=IN_FLIGHT).run()
        bench = Bench(opened, bases, saturated=150 if quick else 800, calm=60 if quick else 300)
        figures = [*await bench.saturated(), *await bench.calm(), *await bench.long()]
        opened.end_floors()
        opened.start("agent#2", "agent#3")
        return [*figures, await bench.three_agents(figures[0].value)]


class Bench:
    def __init__(self, opened: House, bases: dict[str, str], *, saturated: int, calm: int) -> None:
        self.house, self.bases = opened, bases
        self.n_saturated, self.n_calm = saturated, calm

    async def round(self, of: str, count: int, **plan: float) -> tuple[Seen, dict[str, float]]:
        """What was seen, and CPU ms a turn by process: all it took, stragglers too."""
        load = self.house.turns(self.bases[of], count, **{"users": USERS, **plan})
        asked, before = self.house.stats(), self.house.cpu(of=of)
        seen = load.run()
        await self.house.caught_up()
        spent = per_turn(before, self.house.cpu(of=of), count)
        self._require_all(of, count, seen, asked)
        return seen, spent

    def _require_all(self, of: str, count: int, seen: Seen, before: dict[str, int]) -> None:
        now = self.house.stats()
        if (asked := now["calls"] - before["calls"]) < count:
            raise RuntimeError(
                f"{of}: the model was asked {asked} times for {count} turns; {seen.statuses}"
            )
        if missing := count - len(done(seen.replied)):
            raise RuntimeError(f"{of}: {missing} of {count} turns had no reply; {seen.statuses}")
        wanted = CALLBACKS.get(of, 0) * count
        if (taken := now["callbacks"] - before["callbacks"]) < wanted:
            raise RuntimeError(f"{of}: {taken} of {wanted} status callbacks were taken")

    async def rounds(self, ways: Sequence[str], counts: dict[str, int], **plan: float) -> Rounds:
        found: Rounds = {of: [] for of in ways}
        for _ in range(ROUNDS):
            for of in ways:
                found[of].append(await self.round(of, counts[of], **plan))
        return found

    async def saturated(self) -> list[Figure]:
        counts = {of: self.n_saturated * (3 if of == "floor" else 1) for of in WAYS}
        rounds = await self.rounds(WAYS, counts, in_flight=IN_FLIGHT)
        what = f"turns of an instant model, {IN_FLIGHT} at once, webhook to Twilio POST"
        cpu = "CPU a turn takes when saturated, all processes and servers"
        more = {"rounds": _rates(rounds), **_times(rounds)}
        return [
            _throughput("turns.saturated", what, rounds, "floor", more, target=Target(100, 0.3)),
            _cpu("turns.cpu", cpu, rounds, "floor", _spent(rounds)),
            _throughput("turns.saturated_facts", what, rounds, "facts", {}),
            _cpu("turns.cpu_facts", cpu, rounds, "facts", {}),
        ]

    async def long(self) -> list[Figure]:
        """What a turn costs once its conversation is as long as the model is ever told."""
        ways = ("facts", "taskflow")
        for of in ways:
            await self.round(of, LONG_USERS * LONG_TURNS, **LONG_PEOPLE, in_flight=LONG_USERS)
        counts = dict.fromkeys(ways, min(self.n_saturated, 6 * LONG_USERS))
        rounds = await self.rounds(ways, counts, **LONG_PEOPLE, in_flight=LONG_USERS)
        what = f"turns a second after {LONG_TURNS} turns with each, {LONG_USERS} at once"
        cpu = f"CPU a turn takes after {LONG_TURNS} turns with each, saturated"
        more = {"rounds": _rates(rounds), **_times(rounds)}
        return [
            _throughput("turns.long", what, rounds, "facts", more),
            _cpu("turns.long_cpu", cpu, rounds, "facts", _spent(rounds)),
        ]

    async def calm(self) -> list[Figure]:
        rounds = await self.rounds(WAYS, dict.fromkeys(WAYS, self.n_calm), rate=CALM)
        times = _times(rounds)["turn_ms"]
        more = {
            "turn_ms": times,
            "ack_ms": {of: [in_ms(seen.acked) for seen, _ in each] for of, each in rounds.items()},
        }
        added = [
            Figure(
                f"turns.added_{p}",
                f"what a turn takes beside the model's time, {p}, at {CALM}/s",
                median([one[p] for one in times["taskflow"]]),
                "ms",
                more_is_better=False,
                floor=median([one[p] for one in times["floor"]]),
                floor_is=floor.IS,
                target=Target(value=target),
                more=more if p == "p50" else {},
            )
            for p, target in (("p50", 30), ("p99", 80))
        ]
        cpu = f"CPU a turn takes at {CALM}/s, all processes and servers"
        return [*added, _cpu("turns.calm_cpu", cpu, rounds, "facts", _spent(rounds))]

    async def three_agents(self, one_agent: float) -> Figure:
        """On the same machine: what it shows is that replicas do no harm, and who is busy."""
        rounds = [
            await self.round("taskflow", self.n_saturated, in_flight=IN_FLIGHT)
            for _ in range(ROUNDS)
        ]
        rates = [len(seen.sent) / seen.seconds for seen, _ in rounds]
        return Figure(
            "turns.three_agents",
            "saturated, with three agents on the same cores",
            median(rates),
            "/s",
            floor=one_agent,
            floor_is="one agent",
            more={
                "rounds": rates,
                "turn_ms": [in_ms(seen.replied) for seen, _ in rounds],
                "cpu_ms_per_turn": rounds[-1][1],
            },
        )


def _throughput(
    name: str,
    what: str,
    rounds: Rounds,
    beside: str,
    more: dict[str, Any],
    *,
    target: Target | None = None,
) -> Figure:
    rates = _rates(rounds)
    return Figure(
        name,
        what,
        median(rates["taskflow"]),
        "/s",
        floor=median(rates[beside]),
        floor_is=floor.IS if beside == "floor" else floor.FACTS_ARE,
        target=target,
        more=more,
    )


def _cpu(name: str, what: str, rounds: Rounds, beside: str, more: dict[str, Any]) -> Figure:
    def of(way: str) -> float:
        return median([spent["all"] for _, spent in rounds[way]])

    return Figure(
        name,
        what,
        of("taskflow"),
        "ms",
        more_is_better=False,
        floor=of(beside),
        floor_is=floor.IS if beside == "floor" else floor.FACTS_ARE,
        more=more,
    )


def _rates(rounds: Rounds) -> dict[str, list[float]]:
    return {of: [len(seen.sent) / seen.seconds for seen, _ in each] for of, each in rounds.items()}


def _times(rounds: Rounds) -> dict[str, Any]:
    return {
        "turn_ms": {of: [in_ms(seen.replied) for seen, _ in each] for of, each in rounds.items()}
    }


def _spent(rounds: Rounds) -> dict[str, Any]:
    return {of: [spent for _, spent in each] for of, each in rounds.items()}
