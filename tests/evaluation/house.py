"""One user's conversation on the services' own code: a log in memory, and a model in its place.

Reminders, watches and memory are the real tools. What looks into the world finds what the case
says that it finds.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import slots, streams
from contracts.conversation import ForgettingConfirmed, MessageReceived, ReplyReady
from contracts.event import Event
from contracts.profile import ProfileLearned
from contracts.readings import Evidence
from contracts.recorded import Recorded
from contracts.reminders import ReminderSet
from contracts.replies import ReplySending
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolOffered, ToolRequested
from contracts.watches import WatchSeen, WatchSet
from services.agent.asking.second_look import ModelLook
from services.agent.effects import Effects
from services.agent.handlers import TurnDriving
from services.agent.memory.memory import SummaryModel
from services.tools.browsing import check_price
from services.tools.searching import flights, products, web
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.log.snapshots import Folds
from taskflow.tooling import Call, Done, Refused, Tool, ToolCalls
from tests.evaluation.cases import BETWEEN_TURNS, Before, Case, Message
from tests.evaluation.house_tools import own_tools, page_of, scheduler_tools
from tests.support.memory_log import MemoryLog

USER = UserId(UUID(int=7))
STEPS_AGAINST_HANGS = 200
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Happened:
    """All that one turn left in the log, and how often the model was asked."""

    events: Sequence[Recorded[Any]]
    asked: int


class House:
    """`finds`: what each look-up brings in the turn that is on, by tool and in order."""

    def __init__(self, case: Case, model: SummaryModel) -> None:
        self._case, self._zone = case, ZoneInfo(case.zone)
        self.log = MemoryLog()
        self.log.now = case.conversation.now.replace(tzinfo=self._zone).astimezone(UTC)
        self.stream = streams.conversation(USER)
        self.finds: dict[str, list[str]] = {}
        self._folds = Folds(self.log, None)
        self._model = Counted(model)
        self._effects = Effects(self.log, self._model, look=ModelLook(self._model))
        self._tools: Mapping[str, Sequence[Tool[Any]]] = {
            "agent": own_tools(self.log),
            "scheduler": scheduler_tools(self.log, self._folds),
            "tools": self._lookups(),
        }
        self._services = {owner: ToolCalls(self.log, own) for owner, own in self._tools.items()}
        self._sent = 0
        offers = [tool.offered(owner) for owner, own in self._tools.items() for tool in own]
        self.effects: Mapping[str, str] = {one.tool: one.effect for one in offers}
        self._offer(offers)
        self._begin(case.conversation.has)

    async def turn(self, messages: Sequence[Message]) -> Happened:
        """What comes of these messages, to rest."""
        if self._sent:
            self.log.pass_time(BETWEEN_TURNS)
        seen, asked = len(self.log.all()), self._model.asked
        for message in messages:
            self._receive(message)
        _LOG.set(self.log)
        await self._settle()
        self._send(seen)
        return Happened(self.log.after(seen), self._model.asked - asked)

    # -- what stands before ----------------------------------------------------------------------

    def _offer(self, offers: Sequence[ToolOffered]) -> None:
        self.log.put([Write(streams.TOOLS, list(offers), None)], UUID(int=1))

    def _begin(self, has: Before) -> None:
        writes: list[tuple[str, list[Event]]] = []
        for kind, value in has.facts.items():
            fact = ProfileLearned(
                kind=kind, value=value, said=value, source=UUID(int=2), rule="before"
            )
            writes.append((streams.profile(USER), [fact]))
        for number, reminder in enumerate(has.reminders):
            set_ = ReminderSet(
                reminder=(reminder_id := UUID(int=100 + number)),
                text=reminder.text,
                local_time=reminder.due.isoformat(timespec="minutes"),
                zone=self._case.zone,
                rrule=None,
                tzdata="of the machine",
            )
            writes.append((streams.reminder(reminder_id), [set_]))
        for number, watch in enumerate(has.watches):
            watch_id = UUID(int=200 + number)
            writes.append(
                (streams.watch(watch_id), self._watched(watch_id, watch.url, watch.title))
            )
        for number, (stream, events) in enumerate(writes):
            self.log.put([Write(stream, events, USER)], UUID(int=300 + number))

    def _watched(self, watch: UUID, url: str, title: str) -> list[Event]:
        return [
            WatchSet(
                watch=watch,
                page=page_of(url),
                url=url,
                product=None,
                goal="back_in_stock",
                below=None,
                currency=None,
                drop_percent=None,
                until=None,
                zone=self._case.zone,
            ),
            WatchSeen(
                watch=watch,
                due=self.log.now,
                amount=None,
                currency=None,
                in_stock=False,
                suspected=False,
                title=title,
                evidence=Evidence(at=self.log.now, read_by="http", text=title),
            ),
        ]

    # -- who writes, and what answers ------------------------------------------------------------

    def _receive(self, message: Message) -> None:
        if message.quotes is not None:
            self._put(message.quotes, forwarded=True)
        self._put(message.text, forwarded=message.forwarded)

    def _put(self, text: str, *, forwarded: bool) -> None:
        self._sent += 1
        sid = f"SM{self._sent}"
        received = MessageReceived(
            message_ref=sid,
            channel="whatsapp",
            kind="text",
            text=text,
            zone=self._case.zone,
            **({"forwarded": True} if forwarded else {}),
        )
        self.log.put([Write(self.stream, [received], USER)], slots.message(sid))
        self.log.pass_time(A_MOMENT)

    async def _settle(self) -> None:
        for _ in range(STEPS_AGAINST_HANGS):
            moved = await self._move()
            worked = await self._work()
            if not moved and not worked:
                return
        raise AssertionError("it never settles")

    async def _move(self) -> bool:
        turns = TurnDriving(self._folds, self._effects, timedelta())
        state = (await turns.fold(self.stream, None)).state
        driver = state.driver and self.log.get(state.driver)
        if not driver or any(
            isinstance(one.event, ForgettingConfirmed) for one in self.log.stream(self.stream)
        ):
            return False  # What is destroyed then is tried elsewhere.
        await turns.move(state, driver)
        self.log.pass_time(A_MOMENT)
        return True

    async def _work(self) -> bool:
        events = self.log.stream(self.stream)
        done = {
            one.event.call for one in events if isinstance(one.event, ToolFinished | ToolFailed)
        }
        waiting = [
            one
            for one in events
            if isinstance(one.event, ToolRequested)
            and one.event_id not in done
            and one.event.owner in self._services
        ]
        for request in waiting:
            call = self._services[request.event.owner].of(request)
            await call.move((await call.fold(request.stream, None)).state, request)
        return bool(waiting)

    def _send(self, seen: int) -> None:
        for one in self.log.after(seen):
            if isinstance(one.event, ReplyReady):
                sending = ReplySending(
                    reply=one.event_id, part=0, parts=1, attempt=1, token=UUID(int=one.position)
                )
                write = Write(one.stream, [sending], USER)
                self.log.put([write], slots.claim(one.event_id, 0, 1))

    # -- the world -------------------------------------------------------------------------------

    def _lookups(self) -> list[Tool[Any]]:
        nobody: Any = None
        those: list[Tool[Any]] = [
            flights.tool(nobody),
            web.tool(nobody),
            products.tool(nobody),
            check_price.tool(nobody, self.log),
        ]
        return [replace(tool, run=self._finding(tool)) for tool in those]

    def _finding(self, tool: Tool[Any]) -> Any:
        async def found(_arguments: Any, _call: Call) -> Done:
            waiting = self.finds.get(tool.name)
            if not waiting:
                raise Refused("Nothing was found.")
            return Done({"summary": waiting.pop(0)})

        found.__doc__ = tool.run.__doc__
        return found


class Counted:
    """A model, and how often it was asked to answer the user."""

    def __init__(self, model: SummaryModel) -> None:
        self._model, self.model = model, model.model
        self.asked = 0

    async def ask(self, question: Any, *, within: float) -> Any:
        self.asked += bool(question.functions)
        return await self._model.ask(question, within=within)


_LOG: ContextVar[MemoryLog] = ContextVar("log")


@contextmanager
def house_time() -> Generator[None]:
    """Each house's clock shows its own log's time, also where several stand side by side."""
    with patch.object(clock, "utc_now", lambda: _LOG.get().now):
        yield
