"""Everything that may happen to one lane, with operators who take it over."""

from uuid import UUID

from hypothesis.stateful import precondition, rule

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.takeover import ConversationHandedBack, ConversationTakenOver
from tests.support.lane_world import TEXT
from tests.support.lanes import Lanes
from tests.support.taken_lane_judge import TakenLaneJudge
from tests.support.walks import NUMBER, one_of


class TakenLanes(Lanes):
    judged_by = TakenLaneJudge
    judge: TakenLaneJudge

    @precondition(lambda self: len(self.lane.queue) < 4)
    @rule(n=NUMBER)
    def a_reply_is_ready(self, n: int) -> None:
        """An answer ends a turn, and none is open beside an operator."""
        kind = "reminder" if self.judge.is_taken else one_of(["answer", "reminder", "apology"], n)
        slot = self.fresh()
        turn = None if kind == "reminder" else slot
        self.ready(ReplyReady(turn=turn, kind=kind, text=TEXT), slot, parts=1 + n // 3 % 2)

    @precondition(lambda self: not self.judge.is_taken)
    @rule()
    def an_operator_takes_over(self) -> None:
        self.append([ConversationTakenOver(by="Grace")], self.fresh())

    @precondition(lambda self: self.judge.is_taken and len(self.lane.queue) < 4)
    @rule()
    def an_operator_says_a_line(self) -> None:
        line = ReplyReady(turn=None, kind="operator", text=TEXT)
        self.ready(line, self.fresh(), parts=1)

    @precondition(lambda self: self.judge.is_taken and not self.judge.is_answering)
    @rule()
    def an_operator_hands_back(self) -> None:
        took = next(
            one.event_id
            for one in reversed(self.log.all())
            if isinstance(one.event, ConversationTakenOver)
        )
        over = ConversationHandedBack(takeover=took, why="operator")
        self.append([over], slots.over(took))

    def fresh(self) -> UUID:
        return UUID(int=2**100 + len(self.log.all()))
