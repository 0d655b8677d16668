"""Judges a lane by its recorded facts and by what Twilio accepted."""

from collections import Counter
from typing import Any
from uuid import UUID

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import (
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway.decider import RANKS, Lane
from tests.support.simulated_twilio import Attempt, SimulatedTwilio

Outcome = ReplySent | ReplyRefused | ReplyAssumed | ReplyFailed


class LaneJudge:
    """Sees each event once, with the lane after it."""

    def __init__(self, twilio: SimulatedTwilio) -> None:
        self.twilio = twilio
        self.order: list[UUID] = []
        self.parts: dict[UUID, int] = {}
        self.outcomes: dict[Attempt, Outcome] = {}
        self.parked: set[UUID] = set()
        self.repeats: Counter[tuple[UUID, int]] = Counter()
        self.version = 0
        self._claims: set[Attempt] = set()
        self._ranks: dict[str, int] = {}
        self._driver: UUID | None = None

    def see(self, one: Recorded[Any], lane: Lane) -> None:
        assert one.version == self.version + 1, "a version is missing or doubled"
        self.version = one.version
        self._enter(one)
        now = lane.driver
        assert now in {None, self._driver, one.event_id}, "an old event became driver"
        self._driver = now
        assert (now is None) == (not lane.queue), "a lane without its driver, or the reverse"
        for sent in lane.sent:
            assert sent.rank == self._ranks[sent.message_ref], "a status went backwards"

    def at_twilio(self) -> None:
        """What the phone sees: nothing twice but by assumption, nothing out of order."""
        assert max(self.twilio.posts.values(), default=1) == 1, "an attempt was POSTed twice"
        for place, count in self.twilio.accepts().items():
            again = self.repeats[place] if self.twilio.list_was_broken else 0
            assert count <= 1 + again, "a part reached the phone twice"
        sure: list[tuple[int, int]] = []
        for message in self.twilio.accepted:
            reply, part, _ = message.attempt
            if not isinstance(self.outcomes.get(message.attempt), ReplyAssumed):
                sure.append((self.order.index(reply), part))
        assert sure == sorted(sure), "parts reached the phone out of order"

    def at_the_end(self) -> None:
        for reply in self.order:
            ended = {
                part: outcome
                for (which, part, _), outcome in self.outcomes.items()
                if which == reply and not isinstance(outcome, ReplyRefused)
            }
            failed = any(isinstance(outcome, ReplyFailed) for outcome in ended.values())
            whole = set(ended) == set(range(self.parts.get(reply, 1)))
            assert whole or failed or reply in self.parked, "a part of a reply was left behind"

    def assumed_gone(self) -> bool:
        return any(
            isinstance(outcome, ReplyAssumed) and outcome.assumed == "gone"
            for outcome in self.outcomes.values()
        )

    def _enter(self, one: Recorded[Any]) -> None:
        match one.event:
            case ReplyReady():
                self.order.append(one.event_id)
            case ReplySending(reply=reply, part=part, parts=parts, attempt=attempt):
                self.parts.setdefault(reply, parts)
                place = (reply, part, attempt)
                assert place not in self._claims, "an attempt was claimed twice"
                self._claims.add(place)
            case ReplySent() as sent:
                self._ends(sent)
                self._ranks.setdefault(sent.message_ref, RANKS["sent"])
                known = {each.sid: each.attempt for each in self.twilio.accepted}
                place = (sent.reply, sent.part, sent.attempt)
                assert known.get(sent.message_ref) == place, "sent, but Twilio never had it"
            case ReplyAssumed() as assumed:
                self._ends(assumed)
                self.repeats[assumed.reply, assumed.part] += assumed.assumed == "again"
            case ReplyRefused() | ReplyFailed() as outcome:
                self._ends(outcome)
                place = (outcome.reply, outcome.part, outcome.attempt)
                had = {each.attempt for each in self.twilio.accepted}
                assert place not in had, "refused, but Twilio has it"
            case ReplyParked(reply=reply):
                self.parked.add(reply)
            case ReplyDelivered(message_ref=sid):
                self._ranked(sid, "delivered")
            case ReplyRead(message_ref=sid):
                self._ranked(sid, "read")
            case ReplyUndelivered(message_ref=sid, status=status):
                self._ranked(sid, status)
            case _:
                pass

    def _ends(self, outcome: Outcome) -> None:
        place = (outcome.reply, outcome.part, outcome.attempt)
        assert place in self._claims, "an outcome of an attempt that nobody claimed"
        assert place not in self.outcomes, "an attempt has two outcomes"
        self.outcomes[place] = outcome

    def _ranked(self, sid: str, status: str) -> None:
        self._ranks[sid] = max(RANKS[status], self._ranks.get(sid, 0))
