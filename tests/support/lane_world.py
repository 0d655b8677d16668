"""One user's lane: senders taken apart into fold, claim, POST and record, beside a Twilio.

Senders are killed, paused, doubled and parked anywhere; all replies say the same words, so that
only identities can tell them apart. Callbacks run the gateway's own code, one exchange at a time.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from contracts import slots
from contracts.consent import ConsentGiven
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyParked, ReplySending, ReplyUndelivered
from services.gateway import consent, decider, senders
from services.gateway.channels.heard import AnotherMessage, StatusNotes
from services.gateway.channels.statuses import Callback
from services.gateway.decider import UNKNOWN_FOR, Claim, Hold, Reconcile, WaitUntil
from services.gateway.lane import FOLD, GATES, Lane
from services.gateway.queued import Queued, place
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import FRESH, Appended, Because, Outcome, Write
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold, Folded
from tests.support.events import message
from tests.support.lane_judge import LaneJudge
from tests.support.memory_log import MemoryLog
from tests.support.simulated_bus import Bus
from tests.support.simulated_twilio import Attempt, Message, SimulatedTwilio
from tests.support.story import STREAM, USER
from tests.support.walks import one_of

CONSUMED: tuple[type[Event], ...] = (
    ReplyReady,
    ReplyParked,
    MessageReceived,
    ConsentGiven,
    ReplyUndelivered,
)
CLAIM_HOLDS = timedelta(seconds=5)
TEXT = "Done."
STOP, START = "STOP", "START"
NOTHING, NO_TOKEN = Lane(), UUID(int=0)


@dataclass(eq=False)
class Sender:
    """One delivery being worked on."""

    event: Recorded[Any]
    ahead: timedelta = timedelta()
    """Of the log's clock, by its own."""
    at: str = "fold"
    parks: bool = False
    lane: Lane = NOTHING
    move: Claim | Hold | None = None
    token: UUID = NO_TOKEN
    began: datetime | None = None
    holding: Decide | None = None

    @property
    def head(self) -> Queued | None:
        return self.move.head if self.move else None

    @property
    def group(self) -> Sequence[Queued]:
        """What its claim says in one message."""
        return self.move.group if isinstance(self.move, Claim) else ()

    def waits_for(self, attempt: Attempt) -> bool:
        return self.at == "wait" and self.head is not None and place(self.head) == attempt


@dataclass(eq=False)
class Webhook:
    """A status callback; what it has read may be stale when it writes."""

    told: Callback
    going: Coroutine[Any, Any, None] | None = None

    def goes_on(self, heard: StatusNotes) -> bool:
        """Up to its next exchange with the log; False once it is over."""
        self.going = self.going or heard.note(USER, self.told)
        try:
            self.going.send(None)
        except (StopIteration, AnotherMessage):
            return False
        return True


class Exchange:
    """Where a coroutine stops, and others go on."""

    def __await__(self) -> Any:
        yield


class Wire:
    """The log as a webhook reaches it."""

    def __init__(self, world: "LaneWorld") -> None:
        self._world = world

    async def fold(self, _stream: str, _fold: Fold[Lane], *_known: Any) -> Folded[Lane]:
        await Exchange()
        return Folded(self._world.lane, self._world.judge.version)

    async def find(self, event_id: UUID) -> Recorded[Any] | None:
        await Exchange()
        return self._world.log.get(event_id)

    async def append(
        self, writes: Sequence[Write], slot: UUID, _because: Because = FRESH
    ) -> Outcome:
        await Exchange()
        return self._world.put(writes, slot)


class LaneWorld(RuleBasedStateMachine):
    """How senders work; what happens to them stands in lanes.py."""

    fold = FOLD
    watchdog = True
    gates: tuple[str, ...] = GATES
    consumed = CONSUMED
    judged_by = LaneJudge

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.bus = Bus(self.log, self.consumed)
        self.twilio = SimulatedTwilio()
        self.judge = self.judged_by(self.twilio)
        self.senders: list[Sender] = []
        self.webhooks: list[Webhook] = []
        self.heard = StatusNotes(Wire(self), Wire(self))
        self.inbound: list[tuple[str, str | None]] = []
        """Messages that WhatsApp has, and the log not yet; each with the sender that it is to."""
        self.rows = 0
        self.tokens = 0
        self.lane = Lane()
        self.user_writes()
        self.hear_of_it()

    def seen(self, lane: Lane) -> Lane:
        """By the sender that it goes from; here there is one, which nobody names."""
        return lane

    def go_on(self, sender: Sender) -> None:
        match sender.at:
            case "fold":
                self._look(sender)
            case "claim":
                outcome = self.claim(sender)
                mine = outcome is not None and self.is_mine(sender, outcome)
                sender.at = "post" if mine else "fold"
            case "hold":
                self.hold_back(sender)
                sender.at = "fold"
            case "post":
                self.post(sender)
            case "wait" if sender.head and place(sender.head) not in self.twilio.network:
                sender.at = "fold"
            case "append" if sender.holding:
                self.append(sender.holding.events, sender.holding.slot)
                sender.at, sender.holding = "fold", None
            case "say" if sender.holding:
                self.say(sender.holding)
                sender.at, sender.holding = "fold", None
            case "park" if sender.holding:
                self.rows += isinstance(self.give_up(sender.holding), Appended)
                sender.at, sender.holding = "fold", None
            case _:
                pass

    def _look(self, sender: Sender) -> None:
        sender.lane = self.seen(self.lane)
        if sender.lane.driver != sender.event.event_id:
            self.senders.remove(sender)
            self.bus.ack(sender.event)
        elif sender.parks and (decision := self.park(sender.lane)):
            sender.at, sender.holding = "park", decision
        else:
            self._move(sender)

    def _move(self, sender: Sender) -> None:
        match self.next_move(sender.lane, self.log.now + sender.ahead):
            case WaitUntil():
                self.hands_back(sender)
            case Claim() as claim:
                self.tokens += 1
                claim = replace(claim, joined=self.fitting(claim))
                sender.move, sender.token, sender.at = claim, UUID(int=self.tokens), "claim"
                sender.began = self.log.now
            case Hold() as hold:
                sender.move, sender.at = hold, "hold"
            case Decide() as decided:
                sender.at, sender.holding = "say", decided
            case Reconcile(group=group, claimed_at=claimed_at):
                if found := self.find(sender.lane, claimed_at, group[0].sender):
                    self.record(sender, decider.sent(group, found.sid, "list"))
                elif self.log.now - claimed_at > UNKNOWN_FOR:
                    self.record(sender, decider.assumed(group))

    # -- what a broken sender would do otherwise --------------------------------------------

    def next_move(self, lane: Lane, now: datetime) -> decider.Move:
        return decider.next_move(lane, now)

    def park(self, lane: Lane) -> Decide | None:
        return decider.parked(lane, "boom")

    def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
        standing = outcome.events[0].event
        return isinstance(standing, ReplySending) and standing.token == sender.token

    def is_too_old(self, sender: Sender) -> bool:
        return self.log.now - (sender.began or self.log.now) > CLAIM_HOLDS

    def find(self, lane: Lane, claimed_at: datetime, ours: str | None) -> Message | None:
        known = {sent.message_ref for sent in lane.sent}
        return next((m for m in self.twilio.listed(claimed_at, ours) if m.sid not in known), None)

    def callback(self, message: Message, status: str, code: int | None) -> Callback:
        return Callback(*message.attempt, message.sid, status, code)

    def post(self, sender: Sender) -> None:
        assert sender.head is not None
        if self.is_too_old(sender):
            self.record(sender, decider.refused(sender.group, self.log.now, "paused", None))
            return
        attempt = place(sender.head)
        assert attempt not in self.judge.outcomes, "a settled attempt is POSTed"
        ours = sender.move.sender if sender.move else None
        self.twilio.post(attempt, TEXT, self.log.now, ours)
        sender.at = "wait"

    def claim(self, sender: Sender) -> Outcome | None:
        assert isinstance(sender.move, Claim)
        parts = self.judge.parts.get(sender.move.head.reply, 1)
        return self.at_gate(decider.claimed(sender.lane, sender.move, parts, sender.token))

    def fitting(self, move: Claim) -> tuple[Queued, ...]:
        """Of what may go with it, what fits into its message."""
        whole = self.judge.parts.get(move.head.reply, 1) == 1
        of_one = takewhile(lambda one: self.judge.parts.get(one.reply, 1) == 1, move.joined)
        return tuple(of_one) if whole else ()

    def hold_back(self, sender: Sender) -> Outcome | None:
        assert isinstance(sender.move, Hold)
        return self.at_gate(decider.held(sender.lane, sender.move))

    def say(self, decision: Decide) -> Outcome | None:
        return self.at_gate(decision)

    def give_up(self, decision: Decide) -> Outcome | None:
        return self.at_gate(decision)

    # -- how it works underneath ------------------------------------------------------------

    def append(self, events: Sequence[Event], slot: UUID) -> Outcome:
        return self.put([Write(STREAM, events, USER)], slot)

    def at_gate(self, decision: Decide) -> Outcome | None:
        """None where a gate came that its lane does not know."""
        gates = tuple(gate for gate in decision.gates if gate in self.gates)
        try:
            return self.put([replace(decision, gates=gates).write(STREAM, USER)], decision.slot)
        except ConcurrentAppend:
            return None

    def put(self, writes: Sequence[Write], slot: UUID, because: Because = FRESH) -> Outcome:
        seen = self.judge.version
        outcome = self.log.put(writes, slot, because)
        for one in self.log.after(seen):
            self.lane = self.fold.evolve(self.lane, one)
            self.judge.see(one, self.lane)
        self.judge.at_twilio()
        self.bus.relay()
        driver = self.lane.driver
        assert driver is None or self.bus.holds(driver), "the driver was acked"
        return outcome

    def user_writes(self, text: str = "hello", ours: str | None = None) -> None:
        self.twilio.hear(self.log.now, ours)
        if text == START:
            self.twilio.opted_out.discard(ours)
        self.inbound.append((text, ours))

    def hear_of_it(self) -> None:
        text, ours = self.inbound.pop(0)
        sid = f"in{len(self.log.all())}"
        told = message(text, sid=sid).model_copy(update={"sender": ours})
        self.append(self.batch(told, self.lane), slots.message(sid))

    def batch(self, told: MessageReceived, lane: Lane) -> Sequence[Event]:
        """At the door; nothing comes between its fold and its append, or it folds again."""
        said = consent.read(told)
        if said is None:
            return [told]
        consents = senders.at(lane, told.sender).consent
        return consent.batch(told, said, is_marked=True, consents=consents, language=None)

    def ready(self, ready: ReplyReady, slot: UUID, *, parts: int, because: Because = FRESH) -> None:
        self.judge.parts.setdefault(slots.event_id(slot, 0), parts)
        self.put([Write(STREAM, [ready], USER)], slot, because)

    def accept(self, n: int) -> tuple[Message, Sender | None]:
        attempt = one_of(sorted(self.twilio.network), n)
        message = self.twilio.accept(attempt, self.log.now)
        self.judge.at_twilio()
        return message, next((one for one in self.senders if one.waits_for(attempt)), None)

    def record(self, sender: Sender, decision: Decide) -> None:
        sender.at, sender.holding = "append", decision

    def hands_back(self, sender: Sender) -> None:
        self.senders.remove(sender)
        self.bus.give_back(sender.event)

    def wait(self, by: timedelta) -> None:
        self.log.pass_time(by)
        self.twilio.drop_stale(self.log.now)
