"""Fifty people who write as people do: in bursts, twice, at once, impatiently; seeded."""

import asyncio
import base64
import contextlib
import random
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from contracts import slots
from contracts.streams import UserId
from services.agent.takeover.desk import Desk
from taskflow import clock
from taskflow.errors import Configuration, Retryable
from taskflow.log.snapshots import Folds
from taskflow.postgres.database import UNAVAILABLE
from taskflow.privacy.sealing import MasterKey
from tests.chaos.load import opened_log
from tests.chaos.world import World

THINGS = ("water the plants", "call mum", "buy bread", "stretch", "feed the cat", "post the letter")
QUESTIONS = ("what is a fjord", "tell me about tea", "how high is Etna", "who painted Guernica")
PLACES = (("Berlin", "Lisbon"), ("Paris", "Rome"), ("Madrid", "Oslo"))
LONG = " ".join(f"Sentence {n} of a long answer that needs several messages." for n in range(70))
KINDS = {
    "text": 5.0,
    "burst": 2.0,
    "repeated": 1.0,
    "at_once": 1.0,
    "search": 2.0,
    "flights": 0.7,
    "reminder": 2.5,
    "cancel": 0.7,
    "two_tools": 1.0,
    "long": 1.0,
    "stop": 1.0,
    "malformed": 0.7,
    "garbage": 0.5,
    "media": 0.5,
    "button": 0.5,
    "silence": 2.0,
    "withdraw": 0.7,
    "takeover": 0.7,
}
"""The last three: WhatsApp closes the window before a reminder; STOP; an operator takes over."""


@dataclass
class People:
    world: World
    chance: random.Random
    count: int = 50
    variety: int = 1_000
    """1: always the first of what there is to say, and the soonest time."""
    answers: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    """What each message's webhook answered, by its sid."""
    written: int = 0
    _sids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _busy: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _number: int = 0
    _away: set[str] = field(default_factory=set)
    """Who may have to write once more before all is said to them."""

    async def come_back(self) -> None:
        """Everybody to whom something may be held says the word that brings all of it."""
        for person in sorted(self._away):
            with contextlib.suppress(Configuration):
                async with self.desk(person) as desk:
                    await desk.hand_back()
            await self.say(person, "START")

    async def live(self, messages: int, seconds: float) -> None:
        """Writes so many messages over so many seconds, and waits until all are written."""
        began = asyncio.get_running_loop().time()
        acts: set[asyncio.Task[None]] = set()
        planned = 0
        while planned < messages:
            kind = self.chance.choices(list(KINDS), list(KINDS.values()))[0]
            person = self.person(self.chance.randrange(self.count))
            acts.add(asyncio.create_task(self.act(person, kind)))
            planned += 3 if kind in {"burst", "at_once"} else 2 if kind == "stop" else 1
            due = began + seconds * planned / messages
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        await asyncio.gather(*acts)

    @staticmethod
    def person(n: int) -> str:
        return f"+1556{n:07d}"

    async def act(self, person: str, kind: str) -> None:
        self._number += 1
        tag = f"no. {self._number}"
        gaps = [self.chance.uniform(0.05, 0.6) for _ in range(4)]
        pick = self.chance.randrange(self.variety)
        async with self._busy[person]:
            await getattr(self, f"_{kind}")(person, tag, pick, gaps)

    async def say(self, person: str, body: str, **more: Any) -> None:
        copies = int(more.get("repeat", 1))
        self.written += 1
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            said = await self.world.side("/phone/messages", {"from": person, "body": body, **more})
            self.answers[said["sid"]] += said["webhook_statuses"]
            self._sids[person].append(said["sid"])
            assert len(said["webhook_statuses"]) == copies

    async def _text(self, person: str, tag: str, pick: int, _: list[float]) -> None:
        await self.say(person, f"{QUESTIONS[pick % len(QUESTIONS)]} {tag}")

    async def _burst(self, person: str, tag: str, _: int, gaps: list[float]) -> None:
        for gap, word in zip(gaps, ("hello", "are you there", "tell me a joke"), strict=False):
            await self.say(person, f"{word} {tag}")
            await asyncio.sleep(gap)

    async def _repeated(self, person: str, tag: str, pick: int, _: list[float]) -> None:
        known = self._sids[person]
        if known and pick % 2:
            # Twilio tries again what it believes was not taken, however long ago.
            await self.say(person, f"again {tag}", sid=known[pick % len(known)], repeat=2)
        else:
            await self.say(person, f"once {tag}", repeat=4)

    async def _at_once(self, person: str, tag: str, _: int, __: list[float]) -> None:
        await asyncio.gather(*(self.say(person, f"{n} at once {tag}") for n in range(3)))

    async def _search(self, person: str, tag: str, _: int, __: list[float]) -> None:
        await self.say(person, f"search the web for lighthouses {tag}")

    async def _flights(self, person: str, tag: str, pick: int, _: list[float]) -> None:
        start, end = PLACES[pick % len(PLACES)]
        await self.say(person, f"find me a flight from {start} to {end} next friday {tag}")

    async def _reminder(self, person: str, tag: str, pick: int, _: list[float]) -> None:
        thing = THINGS[pick % len(THINGS)]
        await self.say(person, f"remind me in {2 + pick % 50} seconds to {thing} {tag}")

    async def _cancel(self, person: str, _: str, pick: int, __: list[float]) -> None:
        await self.say(person, f"cancel the reminder to {THINGS[pick % len(THINGS)]}")

    async def _two_tools(self, person: str, tag: str, _: int, __: list[float]) -> None:
        calls = [
            {"name": "search_web", "args": {"query": f"first {tag}"}},
            {"name": "search_web", "args": {"query": f"second {tag}"}},
        ]
        await self._script(f"two things {tag}", {"calls": calls})
        await self.say(person, f"two things {tag}")

    async def _long(self, person: str, tag: str, _: int, __: list[float]) -> None:
        await self._script(f"at length {tag}", {"text": f"{LONG} {tag}"})
        await self.say(person, f"explain at length {tag}")

    async def _stop(self, person: str, tag: str, _: int, gaps: list[float]) -> None:
        await self._script(f"slowly {tag}", {"text": f"slow {tag}", "delay_ms": 2500})
        await self.say(person, f"slowly {tag}")
        await asyncio.sleep(1 + gaps[0])
        await self.say(person, "never mind")

    async def _malformed(self, person: str, tag: str, _: int, __: list[float]) -> None:
        await self._script(f"crooked {tag}", {"finish_reason": "MALFORMED_FUNCTION_CALL"})
        await self.say(person, f"crooked {tag}")

    async def _garbage(self, person: str, tag: str, pick: int, _: list[float]) -> None:
        garbage = (
            {"response": {"candidates": []}},
            {"response": {"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]}},
            {"status": 502, "body": "<html>Bad gateway</html>"},
            {"calls": [{"name": "no_such_tool", "args": {"x": 1}}]},
            {"calls": [{"name": "search_web", "args": {"query": 7}}]},
        )
        await self._script(f"garbled {tag}", garbage[pick % len(garbage)])
        await self.say(person, f"garbled {tag}")

    async def _media(self, person: str, tag: str, _: int, __: list[float]) -> None:
        picture = "https://example.org/cat.jpg"
        await self.say(person, f"look {tag}", media_url=picture, media_type="image/jpeg")

    async def _button(self, person: str, tag: str, _: int, __: list[float]) -> None:
        await self.say(person, f"Yes {tag}", button_payload="yes")

    async def _silence(self, person: str, tag: str, pick: int, gaps: list[float]) -> None:
        self._away.add(person)
        for n in range(1 + pick % 3):
            soon = 2 + pick % 6 + n
            await self.say(person, f"remind me in {soon} seconds to {THINGS[n]} {tag}")
            await asyncio.sleep(gaps[n])
        await self.world.side("/phone/window/close", {"user": person})

    async def _withdraw(self, person: str, tag: str, pick: int, gaps: list[float]) -> None:
        self._away.add(person)
        await self.say(person, f"remind me in {1 + pick % 4} seconds to stretch {tag}")
        await asyncio.sleep(gaps[0])
        await self.say(person, "STOP")
        await asyncio.sleep(gaps[1] * 4)
        if pick % 2:
            await self.say(person, f"are you there {tag}")
        if pick % 3:
            await self.say(person, "START")

    async def _takeover(self, person: str, tag: str, _: int, gaps: list[float]) -> None:
        """Whatever breaks meanwhile: at the end everybody is handed back."""
        self._away.add(person)
        await self.say(person, f"hello {tag}")
        with contextlib.suppress(Configuration, Retryable, *UNAVAILABLE):
            async with self.desk(person) as desk:
                await asyncio.sleep(gaps[0])
                await desk.take("Grace")
                _, seen = await desk.look(0)
                await self.say(person, f"who is this {tag}")
                await desk.say("Grace", f"a person {tag}", seen=seen, command=clock.new_id())
                await asyncio.sleep(gaps[1] * 3)
                await desk.hand_back()

    @contextlib.asynccontextmanager
    async def desk(self, person: str) -> AsyncGenerator[Desk]:
        """Raises Configuration where nothing of theirs is in the log, and what databases raise."""
        ids = [slots.event_id(slots.message(sid), 0) for sid in self._sids[person]]
        rows = await self.world.sql("select user_id from events where event_id = any($1)", ids)
        if not rows:
            raise Configuration("nobody knows them yet")
        key = MasterKey(base64.b64decode(self.world.env["TASKFLOW_MASTER_KEY"]))
        async with opened_log(self.world.postgres.dsn, key) as (log, _):
            yield Desk(log, Folds(log, None), UserId(rows[-1]["user_id"]))

    async def _script(self, match: str, *answers: dict[str, Any]) -> None:
        await self.world.side("/gemini/script", {"match": match, "answers": list(answers)})
