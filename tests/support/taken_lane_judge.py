"""Judges a lane that operators take over: who speaks, and that no answer of before does."""

from typing import Any
from uuid import UUID

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.replies import ReplySending
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from tests.support.lane_judge import Books, LaneJudge, Outcome

ANSWERS = {"answer", "apology"}


class TakenLaneJudge(LaneJudge):
    def __init__(self, twilio: Books) -> None:
        super().__init__(twilio)
        self.is_taken = False
        self._took = 0
        self._born: dict[UUID, int] = {}
        """Versions of replies; of one that was given back, that of the first."""
        self._withdrawn: set[UUID] = set()

    @property
    def is_answering(self) -> bool:
        """Whether an answer is on its way."""
        return any(self._is_answer(reply) for reply in self._flying)

    @property
    def _flying(self) -> set[UUID]:
        return {reply for reply, *_ in set(self._claims) - set(self.outcomes)}

    @property
    def _given_up(self) -> set[UUID]:
        return super()._given_up | self._withdrawn

    def _is_answer(self, reply: UUID) -> bool:
        return self.kinds.get(reply) in ANSWERS

    def _is_of_before(self, reply: UUID) -> bool:
        return self._is_answer(reply) and self._born[reply] < self._took

    def _enter(self, one: Recorded[Any]) -> None:
        match one.event:
            case ConversationTakenOver():
                self._takes(one.version)
            case ConversationHandedBack():
                assert not self.is_answering, "handed back while an answer was on its way"
                self.is_taken = False
            case ReplyReady() as ready:
                first = self.parkings.get(one.cause) if one.cause else None
                self._born[one.event_id] = self._born[first] if first else one.version
                super()._enter(one)
                late = ready.kind in ANSWERS and (self.is_taken or self._is_of_before(one.event_id))
                if late:
                    self._withdraw(one.event_id)
            case ReplySending() as claim:
                self._speaks(claim)
                super()._enter(one)
            case _:
                super()._enter(one)

    def _takes(self, version: int) -> None:
        assert not self.is_taken, "taken over twice"
        self.is_taken, self._took = True, version
        for reply in {*self._waiting, *self.held} - self._flying:
            if self._is_answer(reply):
                self._withdraw(reply)

    def _withdraw(self, reply: UUID) -> None:
        self._withdrawn.add(reply)
        self._waiting.discard(reply)
        self.held.pop(reply, None)

    def _speaks(self, claim: ReplySending) -> None:
        of_operator = self.kinds[claim.reply] == "operator"
        assert not (self._is_answer(claim.reply) and self.is_taken), "an answer beside an operator"
        assert not self._is_of_before(claim.reply), "an answer of before a takeover was claimed"
        assert not (of_operator and claim.marked), "an operator's line says that it is a machine's"
        if self.is_taken and not of_operator:
            assert claim.marked, "beside an operator a machine does not say that it is one"
        begun = any(reply == claim.reply for reply, _ in self._done)
        assert self.is_taken or begun or not claim.marked, "marked, though nobody else speaks"

    def _ends(self, outcome: Outcome) -> None:
        super()._ends(outcome)
        if self._is_of_before(outcome.reply):
            self._withdraw(outcome.reply)

    def _is_repaired(self, reply: UUID, part: int, attempt: int) -> None:
        if not self._is_of_before(reply):
            super()._is_repaired(reply, part, attempt)
            return
        self._is_refuted((reply, part, attempt))
        if self._done.get((reply, part)) == attempt:
            self._done.pop((reply, part))
            self._withdrawn.add(reply)
