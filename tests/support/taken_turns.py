"""One conversation's world with operators: turns on the agent's fold, replies on the gateway's.

Operators look and move at different moments, and so do agents; a claim and its outcome are two.
"""

from dataclasses import replace
from itertools import takewhile
from typing import Any
from uuid import UUID

from hypothesis.stateful import precondition, rule

from contracts import slots
from contracts.recorded import Recorded
from contracts.replies import WINDOW_SHUT, ReplyParked, ReplySent, ReplyUndelivered
from contracts.takeover import ConversationHandedBack
from services.agent.takeover import deciding
from services.gateway import decider as sending
from services.gateway.lane import FOLD as LANE
from services.gateway.lane import Lane
from services.gateway.queued import Queued
from taskflow.log.appending import FRESH, Because, Outcome
from taskflow.log.deciding import Decide
from tests.support.taken_turn_judge import TakenTurnJudge
from tests.support.turns import CONSUMED, Turns
from tests.support.walks import NUMBER, one_of

WORK = ("a_handler_goes_on", "the_bus_delivers", "a_reply_goes_on")


class TakenTurns(Turns):
    consumed = (*CONSUMED, ConversationHandedBack, ReplyUndelivered)
    judged_by = TakenTurnJudge
    judge: TakenTurnJudge

    def __init__(self) -> None:
        super().__init__()
        self.lane = Lane()
        self.seen = 0
        """By the operator."""
        self.moves: list[Decide] = []
        """Of operators, who looked some time ago."""

    # -- what operators do ------------------------------------------------------------------

    @precondition(lambda self: self.state.taken is None and self.state.stream and not self.moves)
    @rule()
    def an_operator_looks_to_take_over(self) -> None:
        self.moves.append(self.take(deciding.taken_over(self.state, "Grace")))

    @precondition(lambda self: self.state.taken is not None)
    @rule()
    def an_operator_looks_to_hand_back(self) -> None:
        if over := self.hand_back():
            self.moves.append(over)

    @precondition(lambda self: self.moves)
    @rule()
    def an_operator_moves(self) -> None:
        move = self.moves.pop()
        self.append(move.events, move.slot)

    @precondition(lambda self: self.state.taken is not None)
    @rule()
    def an_operator_looks(self) -> None:
        self.seen = self.judge.version

    @precondition(lambda self: self.state.taken is not None)
    @rule()
    def an_operator_says_a_line(self) -> None:
        assert self.state.taken is not None
        taken, version = self.state.taken, self.judge.version
        line = deciding.said(taken, "x", version, seen=self.seen, command=self.fresh())
        self.append(line.events, line.slot)

    @precondition(lambda self: self._parked_replies())
    @rule(n=NUMBER)
    def an_operator_retries_a_reply(self, n: int) -> None:
        parked = one_of(self._parked_replies(), n)
        ready = next(one for one in self.log.all() if one.event_id == parked.event.reply).event
        again = ready.model_copy(update={"turn": None})
        self.append([again], slots.retry(parked.event_id), Because.of(parked))

    # -- what a broken operator would do otherwise -------------------------------------------

    def take(self, decision: Decide) -> Decide:
        return decision

    def hand_back(self) -> Decide | None:
        return deciding.handed_back(self.state, "operator")

    # -- what becomes of replies ------------------------------------------------------------

    @precondition(lambda self: self.lane.driver is not None)
    @rule(n=NUMBER)
    def a_reply_goes_on(self, n: int) -> None:
        move = sending.next_move(self.lane, self.log.now)
        match move:
            case sending.Claim(head=head):
                parts = _parts(head)
                if n % 10 == 9:
                    parked = ReplyParked(reply=head.reply, error="boom")
                    self.append([parked], move.slot)
                    return
                behind = () if parts > 1 else takewhile(lambda one: _parts(one) == 1, move.joined)
                move = replace(move, joined=tuple(behind))
                self._ends(sending.claimed(self.lane, move, parts, self.fresh()))
            case sending.Hold():
                self._ends(sending.held(self.lane, move))
            case sending.Reconcile(group=group):
                self._ends(
                    one_of(
                        [
                            sending.sent(group, f"SM{len(self.log.all())}", "response"),
                            sending.sent(group, f"SM{len(self.log.all())}", "response"),
                            sending.refused(group, self.log.now, "429", None),
                            sending.too_late(group, self.log.now, WINDOW_SHUT, "too late"),
                            sending.assumed(group),
                            sending.failed(group, 21614, "no such phone"),
                        ],
                        n,
                    )
                )
            case sending.WaitUntil(at=at):
                self.log.pass_time(at - self.log.now)
            case Decide() as decided:
                self._ends(decided)

    @precondition(lambda self: self._sent())
    @rule(n=NUMBER)
    def a_reply_is_refused_late(self, n: int) -> None:
        ref = one_of(self._sent(), n).message_ref
        refused = [
            ReplyUndelivered(
                reply=told.reply,
                part=told.part,
                attempt=told.attempt,
                message_ref=ref,
                status="undelivered",
                code=WINDOW_SHUT,
            )
            for told in self._sent()
            if told.message_ref == ref
        ]
        self.append(refused, slots.delivery(ref, "undelivered"))

    def _ends(self, decided: Decide) -> None:
        self.append(decided.events, decided.slot)

    def _sent(self) -> list[ReplySent]:
        refused = {
            one.event.message_ref
            for one in self.log.all()
            if isinstance(one.event, ReplyUndelivered)
        }
        sent = [one.event for one in self.log.all() if isinstance(one.event, ReplySent)]
        return [one for one in sent if one.message_ref not in refused]

    def _parked_replies(self) -> list[Recorded[Any]]:
        return [
            one
            for one in self.log.all()
            if isinstance(one.event, ReplyParked)
            and self.log.get(slots.event_id(slots.retry(one.event_id), 0)) is None
        ]

    def append(self, events: Any, slot: UUID, because: Because = FRESH) -> Outcome:
        seen = self.judge.version
        outcome = super().append(events, slot, because)
        for one in self.log.after(seen):
            self.lane = LANE.evolve(self.lane, one)
        return outcome

    def fresh(self) -> UUID:
        return UUID(int=2**100 + len(self.log.all()))

    def settle(self) -> None:
        super().settle()
        for _ in range(400):
            if self.moves:
                self.an_operator_moves()
            elif self.lane.driver is not None:
                self.a_reply_goes_on(0)
            elif self.state.taken is not None:
                self.an_operator_looks_to_hand_back()
            elif self.state.driver is None and not self.handlers and not self.bus.queue:
                break
            super().settle()


def _parts(reply: Queued) -> int:
    return 1 + reply.reply.int % 2
