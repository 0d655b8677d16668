"""A whole turn: from Twilio's webhook to our POST to Twilio, through every process."""

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


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened:
        await opened.prepare()
        opened.start()
        base = await floor.start(opened)
        bench = Bench(opened, base, saturated=150 if quick else 800, calm=60 if quick else 300)
        for each in (base, opened.stack.gateway):
            opened.turns(each, USERS, in_flight=IN_FLIGHT).run()
        figures = [*await bench.saturated(), *await bench.calm()]
        opened.start("agent#2", "agent#3")
        return [*figures, await bench.three_agents(figures[0].value)]


class Bench:
    def __init__(self, opened: House, of_floor: str, *, saturated: int, calm: int) -> None:
        self.house, self.n_saturated, self.n_calm = opened, saturated, calm
        self.bases = {"floor": of_floor, "taskflow": opened.stack.gateway}

    async def round(self, of: str, count: int, **plan: float) -> tuple[Seen, dict[str, float]]:
        """What was seen, and CPU ms a turn by process: all it took, stragglers too."""
        load = self.house.turns(self.bases[of], count, users=USERS, **plan)
        asked, before = self.house.stats()["calls"], self.house.cpu(of=of)
        seen = load.run()
        await self.house.caught_up()
        spent = per_turn(before, self.house.cpu(of=of), count)
        if (asked := self.house.stats()["calls"] - asked) < count:
            raise RuntimeError(f"{of}: the model was asked {asked} times for {count} turns")
        if missing := count - len(done(seen.replied)):
            raise RuntimeError(f"{of}: {missing} of {count} turns had no reply; {seen.statuses}")
        return seen, spent

    async def saturated(self) -> list[Figure]:
        rounds: dict[str, list[tuple[Seen, dict[str, float]]]] = {"floor": [], "taskflow": []}
        for _ in range(ROUNDS):
            for of, each in rounds.items():
                count = self.n_saturated * (3 if of == "floor" else 1)
                each.append(await self.round(of, count, in_flight=IN_FLIGHT))
        rates = {
            of: [len(seen.sent) / seen.seconds for seen, _ in each] for of, each in rounds.items()
        }
        times = {of: [in_ms(seen.replied) for seen, _ in each] for of, each in rounds.items()}
        return [
            Figure(
                "turns.saturated",
                f"turns of an instant model, {IN_FLIGHT} at once, webhook to Twilio POST",
                median(rates["taskflow"]),
                "/s",
                floor=median(rates["floor"]),
                floor_is=floor.IS,
                target=Target(value=100, ratio=0.3),
                more={
                    "rounds": rates,
                    "turn_ms": times,
                    "cpu_ms_per_turn": {of: each[-1][1] for of, each in rounds.items()},
                },
            ),
            Figure(
                "turns.cpu",
                "CPU a turn takes when saturated, all processes and servers",
                median([spent["all"] for _, spent in rounds["taskflow"]]),
                "ms",
                more_is_better=False,
                floor=median([spent["all"] for _, spent in rounds["floor"]]),
                floor_is=floor.IS,
                more={of: [spent for _, spent in each] for of, each in rounds.items()},
            ),
        ]

    async def calm(self) -> list[Figure]:
        rounds: dict[str, list[tuple[Seen, dict[str, float]]]] = {"floor": [], "taskflow": []}
        for _ in range(ROUNDS):
            for of, each in rounds.items():
                each.append(await self.round(of, self.n_calm, rate=CALM))
        times = {of: [in_ms(seen.replied) for seen, _ in each] for of, each in rounds.items()}
        more = {
            "turn_ms": times,
            "ack_ms": {of: [in_ms(seen.acked) for seen, _ in each] for of, each in rounds.items()},
            "cpu_ms_per_turn": {of: each[-1][1] for of, each in rounds.items()},
        }
        return [
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
