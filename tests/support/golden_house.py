"""The services' own code over a log in memory, by a script: what golden logs are recorded from."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel

from contracts import slots, streams
from contracts.conversation import MessageReceived, Usage
from contracts.event import Event
from contracts.readings import Evidence, Reading
from contracts.recorded import Recorded
from contracts.replies import ReplySent
from contracts.streams import UserId
from contracts.tools import ToolFailed, ToolFinished, ToolRequested
from contracts.watches import WatchSet, WatchStopped
from services.agent import decider
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from services.agent.effects import Effects as Agent
from services.agent.judging.looks import Looked, ToLookAt
from services.agent.leaving import leaving
from services.agent.memory.fact_tools import FactTools
from services.agent.takeover import deciding
from services.gateway import consent
from services.gateway import decider as lanes
from services.gateway.channels.channel import Accepted, Outcome, Outgoing
from services.gateway.channels.statuses import Callback, called_back
from services.gateway.effects import Effects as Gateway
from services.gateway.lane import FOLD as LANE
from services.gateway.lane import Lane
from services.gateway.senders import at, goes_by
from services.gateway.state import Sent
from services.gateway.templates.catalogue import Templates
from services.scheduler.decider import FOLD as REMINDER
from services.scheduler.decider import due_at, follow_up_at
from services.scheduler.effects import Claimed
from services.scheduler.effects import Effects as Scheduler
from services.scheduler.quiet.waiting import Waited, Waiting
from services.scheduler.reminding.following_up import FollowingUp, FollowUp
from services.scheduler.reminding.listing import Active, Spoken
from services.scheduler.tools import ReminderTools
from services.scheduler.waking.waking import Waking
from services.scheduler.watches.claims import DuePage, Watcher
from services.scheduler.watches.decider import Rhythm
from services.scheduler.watches.effects import Watching
from taskflow import clock
from taskflow.log.appending import Because, Write
from taskflow.log.deciding import Decide
from taskflow.log.snapshots import Folds
from taskflow.tooling import Argument, Call, Done, Refused, Tool, ToolCalls, offer
from tests.support.memory_log import MemoryLog
from tests.support.quoting import asks_the_witness, quoting, yes_or_no

ROOT = UUID("6f1c6e0a-5d0a-4c56-9c8a-1f2d3c4b5a69")
MODEL = "gemini-3.8-flash"
PHARMACY = {
    "id": "p0a1b2c3d",
    "name": "Corner Pharmacy",
    "address": "2 High Street",
    "latitude": 38.7167,
    "longitude": -9.1333,
}
OURS = ("whatsapp:+14155238886", "whatsapp:+15550100000")
"""The senders; the first is the default."""


def named(name: str) -> UUID:
    return uuid5(ROOT, name)


def says(
    text: str | None = None, *calls: tuple[str, dict[str, Any]], finish: str = "STOP"
) -> Answer:
    """The model's answer, in words or calls."""
    parts: list[dict[str, Any]] = [{"text": text}] if text else []
    parts += [
        {"functionCall": {"id": f"c{n}", "name": name, "args": args}}
        for n, (name, args) in enumerate(calls)
    ]
    usage = Usage(input=900, output=40, total=940)
    return Answer(
        {"role": "model", "parts": parts} if parts else None, finish, usage, "r", MODEL, 640
    )


class Script:
    """A model that answers in turn; nothing left: it cannot be had."""

    model = MODEL

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[Question] = []
        self.summary: Answer | None = None
        self.witness: bool | None = True
        """What it says as a witness; None: it cannot be had."""

    async def ask(self, question: Question, *, within: float) -> Answer:
        if asks_the_witness(question):
            if self.witness is None:
                raise ModelUnavailable("503", 3)
            return yes_or_no(asks=self.witness)
        if not question.functions:
            if self.summary is None:
                raise ModelUnavailable("503", 3)
            return self.summary
        self.asked.append(question)
        if not self.answers:
            raise ModelUnavailable("503 UNAVAILABLE", 3)
        return quoting(self.answers.pop(0), question)


class Looker:
    """A second look, once for each thing that it is told to find; nobody looks otherwise."""

    def __init__(self) -> None:
        self.claims: list[list[str]] = []

    async def at(self, reply: ToLookAt, within: float) -> Looked | None:
        if not self.claims:
            return None
        usage = Usage(input=210, output=4, total=214)
        return Looked(self.claims.pop(0), "gemini-3.5-flash-lite", "look-v1", usage, 90)


class Found(BaseModel):
    query: str = ""
    url: str = ""
    below: float | None = None
    which: str = ""


class Vendor:
    """Twilio: accepts, unless it is told otherwise."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.sent = 0

    async def send(self, _message: Outgoing) -> Outcome:
        self.sent += 1
        return self.outcomes.pop(0) if self.outcomes else Accepted(f"SM{named(str(self.sent)).hex}")

    async def sent_to(self, _address: str, _since: datetime, *_sender: Any) -> list[Any]:
        return []

    async def address_of(self, _user: UserId) -> str:
        return "whatsapp:+15551230001"

    async def url(self, media: UUID) -> str:
        return f"https://t.example/media/{media}"


@dataclass
class Due:
    """The one occurrence, and the reminders that the script knows of."""

    house: "House"
    one: Claimed | None = None
    all: list[Claimed] = field(default_factory=list)
    unanswered: FollowUp | None = None

    async def follow_ups(self, _limit: int, _seconds: int) -> list[FollowUp]:
        return [self.unanswered] if self.unanswered else []

    async def settle(self, *_given: Any) -> None:
        raise AssertionError("the script follows up what nobody answered")

    async def claim(self, _limit: int, _seconds: int) -> list[Claimed]:
        return self.all or ([self.one] if self.one else [])

    async def active(self, user: UserId) -> list[Active]:
        return self.house.active(user)

    async def spoken(self, user: UserId) -> list[Spoken]:
        return self.house.spoken(user)

    async def caught_up(self, _recorded: Recorded[Any]) -> None:
        pass

    async def realign(self, *_given: Any) -> None:
        raise AssertionError("the script fires what is due")

    async def wait(self, waiting: Waiting) -> None:
        self.house.waiting[waiting.kind, waiting.id] = waiting

    async def waited(self, _limit: int, _seconds: int) -> list[Waited]:
        return [Waited(one, self.house.log.now) for one in self.house.waiting.values()]

    async def done(self, waiting: Waiting) -> None:
        del self.house.waiting[waiting.kind, waiting.id]


@dataclass
class Page:
    """One page with one watcher, and what stands on it."""

    watcher: Watcher
    reading: Reading
    due: Due

    async def watchers(self, _page: UUID) -> list[Watcher]:
        return [self.watcher]

    async def look(self, _watch_set: Recorded[WatchSet], _due: datetime) -> Reading:
        return self.reading

    async def move(self, *_given: Any, **_more: Any) -> bool:
        return True

    async def hold(self, *_given: Any) -> None:
        pass

    async def wait(self, waiting: Waiting) -> None:
        await self.due.wait(waiting)


@dataclass
class House:
    """Time passes only between what the script does."""

    log: MemoryLog = field(default_factory=MemoryLog)
    script: Script = field(default_factory=Script)
    vendor: Vendor = field(default_factory=Vendor)
    tools: list[Tool[Any]] = field(default_factory=list[Tool[Any]])
    """In place of the house's own."""
    waiting: dict[tuple[str, UUID], Waiting] = field(default_factory=dict)
    """For the end of quiet hours."""
    count: int = 0

    def __post_init__(self) -> None:
        self.folds = Folds(self.log, None)
        self.due = Due(self)
        self.tools = self.tools or self._own()
        self.own: list[Tool[Any]] = [*FactTools(self.log).all(), leaving.tool()]
        self.looker = Looker()
        self.agent = Agent(self.log, self.script, look=self.looker)
        self.gateway = Gateway(
            self.log,
            self.vendor,
            self.vendor,
            pictures=self.vendor,
            now=self.now,
            templates=Templates(self.folds),
        )
        self.scheduler = Scheduler(self.due, self.log, self.folds, 1)

    def _own(self) -> list[Tool[Any]]:
        tools = ReminderTools(self.due, self.log, self.folds, self.due, lambda: self.log.now)
        return [
            *tools.all(),
            Tool(
                Found,
                self.search_web,
                "search_web",
                "read",
                30,
                untrusted=True,
                finds_addresses=True,
            ),
            Tool(
                Found,
                self.watch_price,
                "watch_price",
                "write",
                30,
                declared=(
                    Argument(name="url", evidence="address", shown="{value}"),
                    Argument(name="below", evidence="number"),
                ),
                proposal="watch the price at",
            ),
            Tool(Found, self.stop_watch, "stop_watch", "write", 30),
            Tool(
                Found,
                self.pay_bill,
                "pay_bill",
                "confirm",
                30,
                declared=(Argument(name="which", shown="{value}"),),
            ),
        ]

    async def now(self) -> datetime:
        return self.log.now

    def later(self, **span: float) -> None:
        self.log.pass_time(timedelta(**span))

    def fresh(self) -> UUID:
        self.count += 1
        return named(f"fresh {self.count}")

    async def offer(self, *without: str) -> None:
        await offer(self.log, "tools", [one for one in self.tools if one.name not in without])
        await offer(self.log, "agent", self.own)

    # -- a conversation ---------------------------------------------------------------------

    async def hears(
        self, user: UserId, text: str, kind: str = "text", **more: Any
    ) -> Recorded[Any]:
        sid = f"SM{self.fresh().hex}"
        more = {"zone": "Europe/Berlin", "sender": OURS[0], **more}
        message = MessageReceived(message_ref=sid, channel="whatsapp", kind=kind, text=text, **more)
        self.later(seconds=1)
        return (await self.put(user, [message], slots.message(sid)))[0]

    async def hears_word(
        self, user: UserId, text: str, *, is_marked: bool = False, sender: str = OURS[0]
    ) -> None:
        """A word of consent, as the door takes it."""
        ref = f"SM{self.fresh().hex}"
        message = MessageReceived(
            message_ref=ref, channel="whatsapp", kind="text", text=text, sender=sender
        )
        said, lane = consent.read(message), at(self.lane(user), sender)
        assert said is not None
        batch = consent.batch(
            message,
            said,
            is_marked=is_marked,
            consents=lane.consent,
            language=lane.language,
        )
        self.later(seconds=1)
        await self.put(user, batch, slots.message(ref))

    async def put(
        self, user: UserId, events: Sequence[Event], slot: UUID, cause: Recorded[Any] | None = None
    ) -> list[Recorded[Any]]:
        because = Because.of(cause) if cause else Because()
        write = Write(streams.conversation(user), events, user)
        return self.log.put([write], slot, because).events

    def state(self, user: UserId) -> decider.Conversation:
        return decider.FOLD.over(self.log.stream(streams.conversation(user)))

    async def step(self, user: UserId) -> bool:
        """The driver's next move, without a burst; False when there is none."""
        state = self.state(user)
        cause = self.log.get(state.driver) if state.driver else None
        if cause is None:
            return False
        self.later(seconds=0.4)
        match decider.next_move(state, self.log.now, timedelta()):
            case Decide() as move:
                await self.agent.conclude(state, move, cause)
            case decider.AskModel() as move:
                version = len(self.log.stream(cause.stream))
                await self.agent.ask_model(state, move, cause, version)
            case _:
                return False
        return True

    async def answers(self, user: UserId, *answers: Answer, tools: bool = True) -> None:
        """Until nothing is left to do; with `tools`, what is asked of them is done."""
        self.script.answers += answers
        while await self.step(user) or (tools and await self.work(user)):
            pass

    async def work(self, user: UserId) -> bool:
        waiting = sorted(self.state(user).waiting, key=lambda call: self.log.get(call).version)
        for call in waiting:
            await self.do(call)
        return bool(waiting)

    async def do(self, call: UUID) -> None:
        """A tool's own service does it."""
        request: Recorded[ToolRequested] = self.log.get(call)
        one = ToolCalls(self.log, self.tools).of(request)
        self.later(seconds=0.2)
        state = (await one.fold(request.stream, None)).state
        if one.driver(state):
            await one.move(state, request)

    async def end(self, call: UUID, outcome: ToolFinished | ToolFailed) -> None:
        """Told directly, as a service that is slow or gone would."""
        request = self.log.get(call)
        await self.log.append(
            [Write(request.stream, [outcome], request.user_id)],
            slots.outcome(call),
            Because.of(request),
        )

    # -- a lane -----------------------------------------------------------------------------

    def lane(self, user: UserId) -> Lane:
        return LANE.over(self.log.stream(streams.conversation(user)))

    async def sends(
        self,
        user: UserId,
        *outcomes: Outcome,
        status: str | None = "delivered",
        code: int | None = None,
    ) -> None:
        """Until the lane is empty, or all in it is held; then Twilio's callbacks come."""
        self.vendor.outcomes += outcomes
        while self.lane(user).driver:
            await self.moves(user)
        sent = [one for one in self.lane(user).sent if one.rank == 1]
        for one in sent if status else ():
            attempt = self._attempt(user, one)
            told = Callback(one.reply, one.part, attempt, one.message_ref, status, code)
            await self.is_told(user, told)

    async def moves(self, user: UserId, *outcomes: Outcome) -> None:
        """What the lane owes next."""
        self.vendor.outcomes += outcomes
        self.later(seconds=0.3)
        lane = goes_by(self.lane(user), OURS)
        assert lane.driver is not None
        cause = self.log.get(lane.driver)
        move = lanes.next_move(lane, self.log.now)
        match await self.gateway.otherwise(move) if isinstance(move, lanes.Hold) else move:
            case lanes.WaitUntil(at=at):
                self.log.now = at
            case lanes.Claim() as claim:
                await self.gateway.send(claim, cause, lane)
            case lanes.Hold() as hold:
                await self.gateway.hold(hold, cause, lane)
            case Decide() as decided:
                await self.gateway.record_at_gate(decided, cause)
            case lanes.Reconcile() as unknown:
                self.later(seconds=130)
                await self.gateway.reconcile(unknown, cause, lane)

    async def is_told(self, user: UserId, told: Callback) -> None:
        if decision := called_back(self.lane(user), told):
            cause = self.log.get(told.reply)
            await self.put(user, decision.events, decision.slot, cause)

    def _attempt(self, user: UserId, sent: Sent) -> int:
        events = (one.event for one in self.log.stream(streams.conversation(user)))
        (proof,) = (
            one
            for one in events
            if isinstance(one, ReplySent)
            if (one.message_ref, one.reply) == (sent.message_ref, sent.reply)
        )
        return proof.attempt

    # -- an operator ------------------------------------------------------------------------

    def version(self, user: UserId) -> int:
        return len(self.log.stream(streams.conversation(user)))

    async def takes_over(self, user: UserId) -> None:
        await self._operates(user, deciding.taken_over(self.state(user), "Grace"))

    async def says(self, user: UserId, text: str, seen: int) -> None:
        takeover = self.state(user).taken
        assert takeover is not None
        now = self.version(user)
        said = deciding.said(takeover, text, now, seen=seen, command=self.fresh())
        await self._operates(user, said)

    async def hands_back(self, user: UserId, why: Literal["operator", "idle"] = "operator") -> None:
        decided = deciding.handed_back(self.state(user), why)
        assert decided is not None
        await self._operates(user, decided)

    async def _operates(self, user: UserId, decided: Decide) -> None:
        self.later(seconds=5)
        takeover = self.state(user).taken
        await self.put(user, decided.events, decided.slot, takeover and self.log.get(takeover))

    # -- tools ------------------------------------------------------------------------------

    async def search_web(self, arguments: Found, _call: Call) -> Done:
        """Search the web."""
        if arguments.query == "nothing":
            raise Refused("There is nothing to search for.")
        found = {"places": [PHARMACY]} if arguments.query == "pharmacy" else {}
        return Done({"answer": f"About {arguments.query}: 828 metres.", "hits": [], **found})

    async def pay_bill(self, arguments: Found, _call: Call) -> Done:
        """Pay a bill; never without the user's yes."""
        return Done({"paid": arguments.which})

    async def watch_price(self, arguments: Found, call: Call) -> Done:
        """Watch the price of a page."""
        watch = slots.watch_set(call.request.event_id)
        fact = WatchSet(
            watch=watch,
            page=named(arguments.url),
            url=arguments.url,
            product=None,
            goal="below" if arguments.below else "back_in_stock",
            below=arguments.below,
            currency="EUR",
            drop_percent=None,
            until=(self.log.now + timedelta(days=3)).date() if arguments.which else None,
            zone="Europe/Berlin",
        )
        return Done({"watching": True}, [Write(streams.watch(watch), [fact], call.user, 0)])

    async def stop_watch(self, arguments: Found, call: Call) -> Done:
        """Stop watching a page."""
        watch = UUID(arguments.which)
        stream = streams.watch(watch)
        fact = WatchStopped(watch=watch, by="user")
        return Done(
            {"stopped": True}, [Write(stream, [fact], call.user, len(self.log.stream(stream)))]
        )

    # -- what time does ---------------------------------------------------------------------

    def active(self, user: UserId) -> list[Active]:
        found: list[Active] = []
        for stream in self.streams_of(user, streams.REMINDER):
            state = REMINDER.over(self.log.stream(stream))
            due = due_at(state)
            if due and state.reminder:
                found.append(Active(state.reminder, len(found) + 1, due, state.zone, state.rrule))
        return found

    def spoken(self, user: UserId) -> list[Spoken]:
        states = [
            REMINDER.over(self.log.stream(stream))
            for stream in self.streams_of(user, streams.REMINDER)
        ]
        return [
            Spoken(state.reminder, number)
            for number, state in enumerate(states, start=1)
            if state.reminder and state.fired and not due_at(state)
        ]

    def streams_of(self, user: UserId, kind: str) -> list[str]:
        names = {one.stream for one in self.log.all() if one.user_id == user}
        return sorted(name for name in names if name.startswith(kind))

    async def fires(self, user: UserId, late: timedelta = timedelta(seconds=0.2)) -> None:
        """The next reminder that is due."""
        one = min(self.active(user), key=lambda active: active.due_at)
        self.log.now = max(self.log.now, one.due_at + late)
        self.due.one = Claimed(one.reminder, user, one.due_at, self.log.now)
        await self.scheduler.fire_due()

    async def catches_up(self, user: UserId, late: timedelta) -> None:
        """All that is due, so long after the last of it."""
        due = [one for one in self.active(user) if one.due_at <= self.log.now + timedelta(days=1)]
        self.log.now = max(self.log.now, *(one.due_at for one in due)) + late
        self.due.all = [Claimed(one.reminder, user, one.due_at, self.log.now) for one in due]
        await self.scheduler.fire_due()
        self.due.all = []

    async def follows_up(self, user: UserId) -> None:
        """The reminder that nobody answered, when that is due."""
        states = [REMINDER.over(self.log.stream(one)) for one in self.streams_of(user, "reminder-")]
        (state,) = [one for one in states if follow_up_at(one)]
        at = follow_up_at(state)
        assert at is not None
        assert state.reminder is not None
        self.log.now = max(self.log.now, at)
        self.due.unanswered = FollowUp(state.reminder, at, self.log.now)
        await FollowingUp(self.due, self.log, self.folds, 1).follow_up_due()

    async def wakes(self) -> None:
        """Everybody whose things wait, when their quiet hours end."""
        self.log.now = max(self.log.now, *(one.until for one in self.waiting.values()))
        await Waking(self.due, self.log, self.folds, 1).wake_due()

    async def looks(self, user: UserId, stream: str, outcome: str = "priced", **seen: Any) -> None:
        """One look at a watched page."""
        told = self.log.stream(stream)[0].event
        evidence = Evidence(at=self.log.now, read_by="http", source="json-ld", text="as it stood")
        reading = Reading(outcome=outcome, evidence=evidence, **seen)
        page = Page(Watcher(told.watch, user), reading, self.due)
        watching = Watching(page, page, self.log, self.folds, rhythm=Rhythm(), at_once=1)
        due = self.log.now
        self.later(seconds=2)
        await watching.look(DuePage(told.page, due, self.log.now, 0, ever_read=True, joined=1))
        self.later(minutes=30)


@contextmanager
def clocked(house: House) -> Generator[None]:
    """Clock and fresh ids are the house's own."""
    before = clock.utc_now, clock.new_id
    clock.utc_now, clock.new_id = (lambda: house.log.now), house.fresh
    try:
        yield
    finally:
        clock.utc_now, clock.new_id = before


async def recorded(run: Callable[[House], Awaitable[None]]) -> House:
    """A script's log."""
    house = House()
    with clocked(house):
        await run(house)
    return house
