"""The simulation is worth something: each rule of the lane, off alone, is found out."""

from datetime import datetime
from typing import Any

import pytest

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import ReplyParked, ReplyRefused
from services.gateway import decider
from services.gateway.channels.statuses import Callback
from services.gateway.decider import Claim, Reconcile
from services.gateway.lane import Lane, evolve
from services.gateway.queued import place
from taskflow.log.appending import Appended, Outcome
from taskflow.log.deciding import Decide
from taskflow.log.folding import Fold
from tests.support.lane_world import Sender
from tests.support.lanes import FAULTS, WINDOW, WORK, Lanes
from tests.support.simulated_twilio import Message
from tests.support.walks import violation, walk

pytestmark = pytest.mark.long


def found(machine: type[Lanes]) -> str | None:
    return violation(lambda seed: walk(machine, seed, without=WINDOW, often=WORK))


def test_taking_any_claim_for_ones_own_is_found_out() -> None:
    class Trusting(Lanes):
        def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
            return True

    assert found(Trusting) == "an attempt was POSTed twice"


def test_a_claim_without_its_token_is_found_out() -> None:
    class Tokenless(Lanes):
        def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
            return isinstance(outcome, Appended)

        def teardown(self) -> None:
            super().teardown()
            assert not self.judge.assumed_gone(), "given up though nobody failed"

    def walks(seed: int) -> None:
        walk(Tokenless, seed, without=FAULTS, often=WORK)

    assert violation(walks) == "given up though nobody failed"


def test_an_unknown_outcome_that_is_simply_tried_again_is_found_out() -> None:
    class Hasty(Lanes):
        def next_move(self, lane: Lane, now: datetime) -> decider.Move:
            move = super().next_move(lane, now)
            if not isinstance(move, Reconcile):
                return move
            return Claim(move.head, slots.claim(*place(move.head)))

        def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
            return True

    assert found(Hasty) == "an attempt was POSTed twice"


def test_matching_messages_already_known_is_found_out() -> None:
    class ByText(Lanes):
        def find(self, lane: Lane, claimed_at: datetime, ours: str | None) -> Message | None:
            return next(iter(self.twilio.listed(claimed_at, ours)), None)

    assert found(ByText) == "sent, but Twilio never had it"


def test_matching_messages_older_than_the_claim_is_found_out() -> None:
    class AnyAge(Lanes):
        def find(self, lane: Lane, claimed_at: datetime, ours: str | None) -> Message | None:
            return super().find(lane, datetime.min.replace(tzinfo=claimed_at.tzinfo), ours)

    assert found(AnyAge) == "sent, but Twilio never had it"


def test_a_callback_that_names_the_reply_alone_is_found_out() -> None:
    class ReplyOnly(Lanes):
        def callback(self, message: Message, status: str, code: int | None) -> Callback:
            told = super().callback(message, status, code)
            head = self.lane.queue[0] if self.lane.queue else None
            if head is None or head.reply != told.reply:
                return told
            return Callback(*place(head), told.message_ref, told.status, told.code)

    assert found(ReplyOnly) == "sent, but Twilio never had it"


def test_parking_over_a_claimed_attempt_is_found_out() -> None:
    class Impatient(Lanes):
        def park(self, lane: Lane) -> Decide | None:
            head = lane.queue[0]
            parked = ReplyParked(reply=head.reply, error="boom")
            return Decide(decider.current_slot(lane), [parked])

    assert found(Impatient) == "claimed beside an open attempt"


def test_a_claim_that_never_grows_old_is_found_out() -> None:
    class Sleepy(Lanes):
        def is_too_old(self, sender: Sender) -> bool:
            return False

    assert found(Sleepy) == "a settled attempt is POSTed"


def test_parking_by_a_row_alone_is_found_out() -> None:
    class RowOnly(Lanes):
        def park(self, lane: Lane) -> Decide | None:
            self.rows += 1
            return None

    assert found(RowOnly) == "a dead letter without its event"


def test_replies_that_overtake_are_found_out() -> None:
    def overtaking(lane: Lane, one: Recorded[Any]) -> Lane:
        after = evolve(lane, one)
        if isinstance(one.event, ReplyRefused) and len(after.queue) > 1:
            return after.but(queue=(*after.queue[1:], after.queue[0]))
        return after

    class Overtaking(Lanes):
        fold = Fold("broken", 1, Lane, overtaking)

    assert found(Overtaking) == "claimed before an earlier reply that waits"


def test_a_lane_that_forgets_who_waits_is_found_out() -> None:
    def forgetful(lane: Lane, one: Recorded[Any]) -> Lane:
        after = evolve(lane, one)
        return after.but(driver=None) if len(after.queue) < len(lane.queue) else after

    class Forgetful(Lanes):
        fold = Fold("broken", 1, Lane, forgetful)

    assert found(Forgetful) == "a lane without its driver, or the reverse"


def test_a_newer_reply_that_takes_the_lane_is_found_out() -> None:
    def newest(lane: Lane, one: Recorded[Any]) -> Lane:
        after = evolve(lane, one)
        took = isinstance(one.event, ReplyReady) and lane.driver and one.version % 2
        return after.but(driver=lane.queue[-1].reply) if took else after

    class Newest(Lanes):
        fold = Fold("broken", 1, Lane, newest)

    assert found(Newest) == "an old event became driver"


def test_claims_outside_their_slot_are_found_out() -> None:
    class Aside(Lanes):
        def claim(self, sender: Sender) -> Outcome:
            assert isinstance(sender.move, Claim)
            parts = self.judge.parts[sender.move.head.reply]
            claim = decider.claimed(sender.lane, sender.move, parts, sender.token)
            return self.append(claim.events, slots.retry(sender.token))

    assert found(Aside) == "an attempt was claimed twice"


def test_without_the_watchdog_a_lost_delivery_stops_the_lane() -> None:
    class Unwatched(Lanes):
        watchdog = False

    assert found(Unwatched) == "it never settles"
