"""One user's lane: senders taken apart into fold, claim, POST and record, beside a Twilio.

Senders are killed, paused, doubled and parked anywhere; all replies say the same words, so that
only identities can tell them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyParked, ReplySending
from services.gateway import decider
from services.gateway.channels.statuses import Callback
from services.gateway.decider import (
    FOLD,
    UNKNOWN_FOR,
    Claim,
    Decide,
    Lane,
    Queued,
    Reconcile,
    WaitUntil,
    place,
)
from taskflow.log.appending import Appended, Outcome, Write
from tests.support.events import STREAM, USER
from tests.support.lane_judge import LaneJudge
from tests.support.memory_log import MemoryLog
from tests.support.simulated_bus import Bus
from tests.support.simulated_twilio import Attempt, Message, SimulatedTwilio
from tests.support.walks import one_of

CLAIM_HOLDS = timedelta(seconds=5)
TEXT = "Done."
NOTHING, NO_TOKEN = Lane(), UUID(int=0)


@dataclass(eq=False)
class Sender:
    """One delivery being worked on."""

    event: Recorded[Any]
    at: str = "fold"
    parks: bool = False
    lane: Lane = NOTHING
    head: Queued | None = None
    token: UUID = NO_TOKEN
    began: datetime | None = None
    holding: Decide | None = None

    def waits_for(self, attempt: Attempt) -> bool:
        return self.at == "wait" and self.head is not None and place(self.head) == attempt


@dataclass(eq=False)
class Webhook:
    """A status callback; what it holds may be stale when it is written."""

    told: Callback
    holding: list[Decide] | None = None


class LaneWorld(RuleBasedStateMachine):
    """How senders work; what happens to them stands in lanes.py."""

    fold = FOLD
    watchdog = True

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.bus = Bus(self.log, (ReplyReady, ReplyParked))
        self.twilio = SimulatedTwilio()
        self.judge = LaneJudge(self.twilio)
        self.senders: list[Sender] = []
        self.webhooks: list[Webhook] = []
        self.rows = 0
        self.tokens = 0
        self.lane = Lane()

    def go_on(self, sender: Sender) -> None:
        match sender.at:
            case "fold":
                self._look(sender)
            case "claim":
                mine = self.is_mine(sender, self.claim(sender))
                sender.at = "post" if mine else "fold"
            case "post":
                self.post(sender)
            case "wait" if sender.head and place(sender.head) not in self.twilio.network:
                sender.at = "fold"
            case "append" if sender.holding:
                outcome = self.append(sender.holding.events, sender.holding.slot)
                gave_up = isinstance(sender.holding.events[0], ReplyParked)
                self.rows += gave_up and isinstance(outcome, Appended)
                sender.at, sender.holding = "fold", None
            case _:
                pass

    def _look(self, sender: Sender) -> None:
        sender.lane = self.lane
        if sender.lane.driver != sender.event.event_id:
            self.senders.remove(sender)
            self.bus.ack(sender.event)
        elif sender.parks and (decision := self.park(sender.lane)):
            self.hold(sender, decision)
        else:
            self._move(sender)

    def _move(self, sender: Sender) -> None:
        match self.next_move(sender.lane):
            case WaitUntil():
                self.hands_back(sender)
            case Claim(head=head):
                self.tokens += 1
                sender.head, sender.token, sender.at = head, UUID(int=self.tokens), "claim"
                sender.began = self.log.now
            case Reconcile(head=head, claimed_at=claimed_at):
                if found := self.find(sender.lane, claimed_at):
                    self.hold(sender, decider.sent(head, found.sid, "list"))
                elif self.log.now - claimed_at > UNKNOWN_FOR:
                    self.hold(sender, decider.assumed(head))

    # -- what a broken sender would do otherwise --------------------------------------------

    def next_move(self, lane: Lane) -> decider.Move:
        return decider.next_move(lane, self.log.now)

    def park(self, lane: Lane) -> Decide | None:
        return decider.parked(lane, "boom")

    def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
        standing = outcome.events[0].event
        return isinstance(standing, ReplySending) and standing.token == sender.token

    def is_too_old(self, sender: Sender) -> bool:
        return self.log.now - (sender.began or self.log.now) > CLAIM_HOLDS

    def find(self, lane: Lane, claimed_at: datetime) -> Message | None:
        known = {sent.message_ref for sent in lane.sent}
        return next((m for m in self.twilio.listed(claimed_at) if m.sid not in known), None)

    def callback(self, message: Message, status: str) -> Callback:
        return Callback(*message.attempt, message.sid, status, None)

    def post(self, sender: Sender) -> None:
        assert sender.head is not None
        if self.is_too_old(sender):
            self.hold(sender, decider.refused(sender.head, self.log.now, "paused", None))
            return
        attempt = place(sender.head)
        assert attempt not in self.judge.outcomes, "a settled attempt is POSTed"
        self.twilio.post(attempt, TEXT, self.log.now)
        sender.at = "wait"

    # -- how it works underneath ------------------------------------------------------------

    def append(self, events: Sequence[Event], slot: UUID) -> Outcome:
        seen = self.judge.version
        outcome = self.log.put([Write(STREAM, events, USER)], slot)
        for one in self.log.after(seen):
            self.lane = self.fold.evolve(self.lane, one)
            self.judge.see(one, self.lane)
        self.judge.at_twilio()
        self.bus.relay()
        driver = self.lane.driver
        assert driver is None or self.bus.holds(driver), "the driver was acked"
        return outcome

    def ready(self, ready: ReplyReady, slot: UUID, *, parts: int) -> None:
        self.judge.parts.setdefault(slots.event_id(slot, 0), parts)
        self.append([ready], slot)

    def claim(self, sender: Sender) -> Outcome:
        assert sender.head is not None
        parts = self.judge.parts[sender.head.reply]
        claim = decider.claimed(sender.head, parts, sender.token)
        return self.append([claim], slots.claim(*place(sender.head)))

    def accept(self, n: int) -> tuple[Message, Sender | None]:
        attempt = one_of(sorted(self.twilio.network), n)
        message = self.twilio.accept(attempt, self.log.now)
        self.judge.at_twilio()
        return message, next((one for one in self.senders if one.waits_for(attempt)), None)

    def hold(self, sender: Sender, decision: Decide) -> None:
        sender.at, sender.holding = "append", decision

    def hands_back(self, sender: Sender) -> None:
        self.senders.remove(sender)
        self.bus.give_back(sender.event)

    def wait(self, by: timedelta) -> None:
        self.log.pass_time(by)
        self.twilio.drop_stale(self.log.now)
