"""A person whose words the model notes: each message with the calls that a model makes of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts import streams
from contracts.conversation import MessageReceived
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.judging.own_writes import OwnCall, OwnDone, OwnOutcome
from services.agent.memory.fact_tools import FactKeeping
from services.agent.memory.memory import Memory, Profile
from taskflow.log.appending import Write
from tests.support.memory_log import MemoryLog
from tests.support.story import USER

Made = tuple[str, Mapping[str, Any]]


def remember(kind: str, value: str, about: str | None = None, **more: Any) -> Made:
    return "remember", {"kind": kind, "value": value, "about": about, **more}


def correct(which: str, value: str, **more: Any) -> Made:
    return "correct", {"which": which, "value": value, **more}


def forget(which: str, **more: Any) -> Made:
    return "forget_fact", {"which": which, **more}


class Person:
    def __init__(self, log: MemoryLog | None = None, user: UserId = USER) -> None:
        self.log, self.user = log or MemoryLog(), user
        self._calls = 0

    async def says(self, text: str, *calls: Made) -> Sequence[OwnOutcome]:
        """What the calls come to; what they change is in the log. `said` is the whole text."""
        message = self.writes(text)
        keeping = FactKeeping(await self.profile(), [message], self.log.now, "UTC")
        made = [self._call(name, {"said": [text], **given}) for name, given in calls]
        outcomes = keeping.done(made).outcomes
        facts = [fact for one in outcomes if isinstance(one, OwnDone) for fact in one.facts]
        if facts:
            self._put(streams.profile(self.user), *facts)
        return outcomes

    def writes(self, text: str) -> Recorded[MessageReceived]:
        event = MessageReceived(message_ref="SM", channel="whatsapp", kind="text", text=text)
        return self._put(streams.conversation(self.user), event)[0]

    async def profile(self) -> Profile:
        return await Memory(self.log).profile(self.user)

    async def lines(self) -> list[str]:
        return [line.removeprefix("- ") for line in (await self.profile()).lines()[1:]]

    def facts(self) -> list[Recorded[Any]]:
        return self.log.stream(streams.profile(self.user))

    def _call(self, name: str, arguments: Mapping[str, Any]) -> OwnCall:
        self._calls += 1
        given = {key: one for key, one in arguments.items() if key != "said"}
        return OwnCall(UUID(int=2**64 + self._calls), name, given, arguments["said"])

    def _put(self, stream: str, *events: Event) -> list[Recorded[Any]]:
        slot = UUID(int=2**96 + self.user.int * 2**64 + len(self.log.all()))
        return self.log.put([Write(stream, events, self.user)], slot).events
