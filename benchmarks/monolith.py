"""Beside what one would write instead: its speed on the same work, and what its death costs."""

import asyncio
import tempfile
import time

from benchmarks.figures import Figure, Target, median
from benchmarks.load import Seen
from benchmarks.stack import House, done, house, in_ms
from taskflow.embedded.ports import free_port

ROUNDS = 3
IN_FLIGHT = 64
OFFERED = 60
MODEL_SECONDS = 2.0
TWILIO_WAITS = 15.0
"""Seconds for a webhook's answer."""
REDELIVERED = 90.0
"""Seconds: JetStream hands a dead process's deliveries on after 30."""
NAME = "monolith"
IS = "one FastAPI process, JSON files, TwiML"


async def measure(*, quick: bool) -> list[Figure]:
    with house() as opened, tempfile.TemporaryDirectory(prefix="taskflow-bench-") as folder:
        await opened.prepare()
        opened.start()
        bench = Bench(opened, folder)
        bench.start_monolith()
        speed = await bench.speed(150 if quick else 600)
        slow = await bench.slow(120 if quick else 600)
        lost = await bench.killed(60 if quick else 240)
    return [speed, slow, lost]


class Bench:
    def __init__(self, opened: House, folder: str) -> None:
        self.house, self.folder = opened, folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def start_monolith(self) -> None:
        env = {"FLOOR_PORT": str(self.port), "MONOLITH_FOLDER": self.folder}
        self.house.floor(NAME, "benchmarks.monolith_app", **env)

    async def both(self, count: int, **plan: float) -> dict[str, Seen]:
        """The monolith answers in the webhook: its reply is what the webhook said."""
        theirs = self.house.load(self.base, count, **plan).run()
        ours = self.house.turns(self.house.stack.gateway, count, **plan).run()
        await self.house.caught_up()
        return {"monolith": theirs, "taskflow": ours}

    async def speed(self, count: int) -> Figure:
        rounds = [await self.both(count, users=count, in_flight=IN_FLIGHT) for _ in range(ROUNDS)]
        rates = {
            of: [len(done(each[of].replied)) / each[of].seconds for each in rounds]
            for of in rounds[0]
        }
        return Figure(
            "monolith.saturated",
            f"TaskFlow's turns with an instant model, {IN_FLIGHT} at once, beside the monolith's",
            median(rates["taskflow"]),
            "/s",
            floor=median(rates["monolith"]),
            floor_is=IS,
            more={
                "rounds": rates,
                "turn_ms": {of: [in_ms(each[of].replied) for each in rounds] for of in rates},
            },
        )

    async def slow(self, count: int) -> Figure:
        """How long Twilio waits for the webhook while the model takes its time."""
        rounds: list[dict[str, Seen]] = []
        for _ in range(ROUNDS):
            self.house.set_vendor(delay=MODEL_SECONDS)
            rounds.append(await self.both(count, users=count, rate=OFFERED))
        acks = {of: [in_ms(each[of].acked) for each in rounds] for of in rounds[0]}
        late = {
            of: [sum(took > TWILIO_WAITS for took in done(each[of].acked)) for each in rounds]
            for of in acks
        }
        return Figure(
            "monolith.webhook_p99",
            f"TaskFlow's answer to the webhook while the model takes {MODEL_SECONDS:g} s, "
            f"at {OFFERED}/s, beside the monolith's",
            median([one["p99"] for one in acks["taskflow"]]),
            "ms",
            more_is_better=False,
            floor=median([one["p99"] for one in acks["monolith"]]),
            floor_is=IS,
            more={
                "ack_ms": acks,
                "later_than_15_s": late,
                "turn_ms": {of: [in_ms(each[of].replied) for each in rounds] for of in acks},
            },
        )

    async def killed(self, count: int) -> Figure:
        """kill -9 while turns are open, then a fresh start: who never got a reply."""
        self.house.set_vendor(delay=MODEL_SECONDS)
        plan = {
            "users": count,
            "rate": float(OFFERED),
            "first_user": 5_000_000,
            "patience": REDELIVERED,
        }
        theirs = self.house.load(self.base, count, **plan)
        theirs.begin()
        await asyncio.sleep(count / OFFERED)
        self.house.programs.pop(NAME).kill()
        self.start_monolith()
        monolith = await asyncio.to_thread(theirs.seen)

        self.house.set_vendor(delay=MODEL_SECONDS)
        ours = self.house.turns(self.house.stack.gateway, count, **plan)
        ours.begin()
        await asyncio.sleep(count / OFFERED)
        for name in ("gateway", "agent"):
            self.house.stack.kill(name)
        self.house.set_vendor(delay=MODEL_SECONDS, listed=ours.listed())
        self.house.start("gateway", "agent")
        began = time.monotonic()  # both are back
        taskflow = await asyncio.to_thread(ours.seen)
        lost = {
            of: len(seen.replied) - len(done(seen.replied))
            for of, seen in (("monolith", monolith), ("taskflow", taskflow))
        }
        return Figure(
            "monolith.lost",
            f"messages of {count} that never get a reply after kill -9 with turns open",
            lost["taskflow"],
            "lost",
            more_is_better=False,
            floor=lost["monolith"],
            floor_is=IS,
            target=Target(value=0),
            more={
                "lost": lost,
                "acked_with_200": {
                    "monolith": len(done(monolith.acked)),
                    "taskflow": len(done(taskflow.acked)),
                },
                "seconds_until_the_last_reply": round(time.monotonic() - began, 1),
            },
        )
