"""The turn protocol: messages of one user, handlers of any replica, tools, deadlines, "stop"."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from tests.protocol.engine import Model
from tests.protocol.turn_fold import ALL, MESSAGE, Folded, Log, fold
from tests.protocol.turn_steps import Steps
from tests.protocol.turn_world import GIVEN_UP, HELD, QUEUED, Budget, State


class Turn(Model):
    def __init__(
        self,
        rules: frozenset[str] = ALL,
        *,
        messages: int = 2,
        handlers: int = 2,
        most_deliveries: int = 2,
        steps: int = 2,
        answers: Sequence[str] = ("reply", "tools"),
        reacts: bool = False,
        paid_once: bool = False,
        poison: int = 0,
        reduce: bool = True,
        **budget: int,
    ) -> None:
        """`reacts`: the gateway records something beside each message; `poison`: that message kills
        whoever asks the model about it; `paid_once`: no step may be asked twice."""
        self.rules, self.messages, self.handlers = rules, messages, handlers
        self.most, self.last_step, self.answers = most_deliveries, steps, answers
        self.reacts, self.paid_once, self.poison = reacts, paid_once, poison
        self.reduce = reduce and "driver" in rules
        self.budget = Budget(**budget)
        self.fold: Callable[[Log], Folded] = lru_cache(maxsize=400_000)(
            lambda log: fold(log, rules)
        )

    def init(self) -> State:
        return State((), (), (), self.budget)

    def unsafe(self, state: State) -> str | None:
        if self.paid_once:
            asked = [one[2:4] for one in state.handlers if one[1] == "answer"]
            if len(asked) != len(set(asked)):
                return "the model is paid twice for one step, without any fault"
        return self.fold(state.log).wrong

    def settled(self, state: State) -> bool:
        if state.handlers or any(one and one[0] in {QUEUED, HELD} for one in state.bus):
            return False
        folded = self.fold(state.log)
        has_row = any(one and one[0] == GIVEN_UP for one in state.bus)
        return (folded.turn is None or has_row) and not self._unsettled(state, folded)

    def why(self, state: State) -> str:
        folded = self.fold(state.log)
        return f"messages {self._unsettled(state, folded)} are neither answered nor parked"

    def steps(self, state: State) -> list[tuple[str, bool, State]]:
        return Steps(self, state).all()

    def _unsettled(self, state: State, folded: Folded) -> list[int]:
        rows = {
            event[2]
            for event, one in zip(state.log, state.bus, strict=True)
            if event[0] == MESSAGE and one and one[0] == GIVEN_UP
        }
        done = folded.answered | folded.parked | rows
        return [one for one in range(1, state.budget.arrived + 1) if one not in done]
