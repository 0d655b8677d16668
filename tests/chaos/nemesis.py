"""What breaks: seeded choices of faults, each undone by itself; `heal` undoes all of them."""

import asyncio
import contextlib
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from taskflow.failpoints import places
from tests.chaos.world import SERVICES, World

MOST_REPLICAS = 3
PAUSE = (32.0, 40.0)
"""Seconds; longer than a delivery's ack wait of 30."""
Work = Coroutine[Any, Any, None]

WEIGHTS = {
    "kill": 6.0,
    "arm": 6.0,
    "scale": 3.0,
    "pause": 1.0,
    "kill_nats": 1.5,
    "kill_postgres": 1.5,
    "end_sessions": 1.0,
    "cut": 4.0,
    "slow": 2.0,
    "black_hole": 1.5,
    "reset_after": 1.5,
    "refuse": 1.0,
    "twilio": 5.0,
    "twilio_list": 1.0,
    "callbacks": 2.0,
    "gemini": 3.0,
    "serpapi": 2.0,
    "templates": 1.5,
}
SENDING = (
    {"status": 429, "retry_after": 1, "code": 20429},
    {"status": 500},
    {"status": 500, "after_accept": True},
    {"status": 0},
    {"status": 0, "after_accept": True},
    {"delay_ms": 11_000, "after_accept": True},
    {"status": 503},
)
MODEL = ({"status": 429}, {"status": 503}, {"status": 500}, {"status": 0}, {"delay_ms": 11_000})
SEARCH = ({"status": 500}, {"status": 429}, {"status": 0}, {"delay_ms": 6_000})


@dataclass
class Nemesis:
    world: World
    chance: random.Random
    pace: tuple[float, float] = (1.0, 5.0)
    """Seconds between two faults."""
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    done: Counter[str] = field(default_factory=Counter)
    diary: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One server is down at a time."""

    async def torment(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(self.chance.uniform(*self.pace))
            await self.strike(
                self.chance.choices(list(self.weights), list(self.weights.values()))[0]
            )

    async def strike(self, what: str) -> None:
        self.done[what] += 1
        await getattr(self, f"_{what}")()

    async def tend(self) -> None:
        """The supervisor that every deployment has: what died is started again, a little later."""
        while True:
            await asyncio.sleep(0.3 + self.chance.random())
            self.world.tend(self.chance)

    async def heal(self) -> None:
        """Everything works again; one replica of each service at least, and none armed."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        world = self.world
        for proxy in world.proxies.values():
            proxy.heal()
        for server in (world.postgres, world.bus):
            if server.pid is None:
                await _wholly(server.start)
        await world.side("/faults/clear", {})
        await world.side("/twilio/callbacks", {"mode": "normal"})
        for name, one in list(world.replicas.items()):
            world.resume(name)
            if one.failpoints:
                one.failpoints = ""
                world.send(name, signal.SIGKILL)
        for service in SERVICES:
            if not any(one.service == service for one in world.replicas.values()):
                world.start(service)

    # -- processes ------------------------------------------------------------------------------

    async def _kill(self) -> None:
        name = self._replica()
        self._note(f"kill -9 {name}")
        self.world.send(name, signal.SIGKILL)

    async def _arm(self) -> None:
        name = self._replica()
        orders = (
            f"*=kill@{self.chance.choice([0.002, 0.01, 0.03])}",
            "*=raise@0.002",
            "*=cancel@0.001",
            "*=stall(35)@0.0005",
            f"{self.chance.choice(places())}=kill@{self.chance.randint(1, 4)}",
            f"{self.chance.choice(places())}=raise@{self.chance.randint(1, 4)}",
            f"{self.chance.choice(places())}=stall(3)@{self.chance.randint(1, 4)}",
        )
        self.world.replicas[name].failpoints = self.chance.choice(orders)
        self._note(f"{name} runs anew with {self.world.replicas[name].failpoints}")
        self.world.send(name, signal.SIGTERM)

    async def _scale(self) -> None:
        service = self.chance.choice(SERVICES)
        running = [one.name for one in self.world.replicas.values() if one.service == service]
        if len(running) < MOST_REPLICAS and (len(running) < 2 or self.chance.random() < 0.5):
            self._note(f"one more: {self.world.start(service)}")
        else:
            name = self.chance.choice(running)
            self._note(f"one less: {name}")
            self._background(self.world.end(name, signal.SIGTERM))

    async def _pause(self) -> None:
        name, seconds = self._replica(), self.chance.uniform(*PAUSE)
        self._note(f"{name} sleeps {seconds:.0f} s")

        async def sleep() -> None:
            self.world.pause(name)
            try:
                await asyncio.sleep(seconds)
            finally:
                with contextlib.suppress(KeyError):
                    self.world.resume(name)

        self._background(sleep())

    # -- servers --------------------------------------------------------------------------------

    async def _kill_nats(self) -> None:
        lose = self.chance.random() < 0.25
        seconds = self.chance.uniform(0.2, 4)
        self._note(f"NATS dies for {seconds:.1f} s{', its store is lost' if lose else ''}")

        async def die() -> None:
            bus = self.world.bus
            async with self._server:
                await _wholly(bus.kill)
                if lose:
                    shutil.rmtree(bus.store, ignore_errors=True)
                await asyncio.sleep(seconds)
                await _wholly(bus.start)
                if lose:
                    await self.world.provision()

        self._background(die())

    async def _kill_postgres(self) -> None:
        seconds = self.chance.uniform(0.0, 4)
        self._note(f"PostgreSQL dies for {seconds:.1f} s")

        async def die() -> None:
            async with self._server:
                await _wholly(self.world.postgres.kill)
                await asyncio.sleep(seconds)
                await _wholly(self.world.postgres.start)

        self._background(die())

    async def _end_sessions(self) -> None:
        self._note("PostgreSQL ends all sessions")
        ended = (
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
        )
        with contextlib.suppress(Exception):
            await self.world.sql(f"{ended} and backend_type = 'client backend'")

    # -- the network ----------------------------------------------------------------------------

    async def _cut(self) -> None:
        name = self._proxy()
        self._note(f"{name}: {self.world.proxies[name].cut()} connections cut")

    async def _slow(self) -> None:
        await self._for_a_while(latency=self.chance.uniform(0.02, 0.3), jitter=0.1)

    async def _black_hole(self) -> None:
        await self._for_a_while(black_hole=True)

    async def _reset_after(self) -> None:
        await self._for_a_while(reset_after=self.chance.randint(10, 20_000))

    async def _refuse(self) -> None:
        await self._for_a_while(refusing=True)

    async def _for_a_while(self, **fault: Any) -> None:
        name, seconds = self._proxy(), self.chance.uniform(2, 10)
        self._note(f"{name} for {seconds:.0f} s: {fault}")
        proxy = self.world.proxies[name]

        async def suffer() -> None:
            for field_, value in fault.items():
                setattr(proxy, field_, value)
            try:
                await asyncio.sleep(seconds)
            finally:
                proxy.heal()

        self._background(suffer())

    # -- vendors --------------------------------------------------------------------------------

    async def _twilio(self) -> None:
        await self._fault("twilio", self.chance.choice(SENDING), most=5)

    async def _twilio_list(self) -> None:
        await self._fault("twilio-list", self.chance.choice(({"status": 500}, {"status": 0})), 5)

    async def _gemini(self) -> None:
        await self._fault("gemini", self.chance.choice(MODEL), most=5)

    async def _serpapi(self) -> None:
        await self._fault("serpapi", self.chance.choice(SEARCH), most=5)

    async def _callbacks(self) -> None:
        if self.chance.random() < 0.5:
            await self._fault("twilio-callbacks", {"status": 0}, most=20)
            return
        mode, seconds = self.chance.choice(("off", "reversed", "duplicated")), 15
        self._note(f"callbacks are {mode} for {seconds} s")

        async def misbehave() -> None:
            await self.world.side("/twilio/callbacks", {"mode": mode})
            try:
                await asyncio.sleep(seconds)
            finally:
                await self.world.side("/twilio/callbacks", {"mode": "normal"})

        self._background(misbehave())

    async def _templates(self) -> None:
        """WhatsApp pauses all of them for a while: what would go by one is held."""
        seconds = self.chance.uniform(5, 40)
        self._note(f"templates are paused for {seconds:.0f} s")

        async def pause() -> None:
            await self._review("paused")
            try:
                await asyncio.sleep(seconds)
            finally:
                await self._review("approved")

        self._background(pause())

    async def _review(self, status: str) -> None:
        for content in await self.world.side("/twilio/contents"):
            if content["status"] in {"approved", "paused"}:
                stands = {"sid": content["sid"], "status": status}
                await self.world.side("/twilio/contents/status", stands)

    async def _fault(self, vendor: str, fault: dict[str, Any], most: int) -> None:
        count = self.chance.randint(1, most)
        self._note(f"{vendor}: {count} times {fault}")
        await self.world.fault(vendor, count=count, **fault)

    # -- helpers --------------------------------------------------------------------------------

    def _replica(self) -> str:
        return self.chance.choice(sorted(self.world.replicas))

    def _proxy(self) -> str:
        return self.chance.choice(sorted(self.world.proxies))

    def _background(self, work: Work) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _note(self, what: str) -> None:
        self.diary.append(f"{time.monotonic() - self._began:8.1f} {what}")


async def _wholly(work: Callable[[], None]) -> None:
    """A thread cannot be cancelled: whoever heals must not find a server half killed."""
    done = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(done)
    except asyncio.CancelledError:
        await done
        raise
