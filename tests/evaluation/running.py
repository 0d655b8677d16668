"""Cases are run one after the other, each in a house of its own."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.tools import ActionProposed, ToolFinished
from services.agent.memory.memory import SummaryModel
from tests.evaluation.cases import Case
from tests.evaluation.house import Happened, House, house_time
from tests.evaluation.judging import Finding, Sort, judged
from tests.evaluation.scripted import Scripted
from tests.support.quiet import quiet


@dataclass(frozen=True, slots=True)
class Run:
    """A case, and what was found and what happened, turn by turn."""

    case: Case
    findings: Sequence[Sequence[Finding]]
    happened: Sequence[Happened]

    def of(self, *sorts: Sort) -> list[str]:
        return [one.what for turn in self.findings for one in turn if one.sort in sorts]

    @property
    def passed(self) -> bool:
        return not any(self.findings)


async def run_all(those: Sequence[Case], model_of: Callable[[Case], Scripted]) -> list[Run]:
    """With scripted models: a second or two a hundred."""
    with quiet(), house_time():
        return [await run(case, model_of(case)) for case in those]


async def run(case: Case, model: SummaryModel) -> Run:
    """From its first turn to its last, in `house_time`."""
    house = House(case, model)
    findings: list[list[Finding]] = []
    happened: list[Happened] = []
    for turn in case.conversation.turns:
        if isinstance(model, Scripted):
            model.enter(turn, _Facts(house, len(house.log.all())))
        for call in turn.calls:
            if call.finds is not None:
                house.finds.setdefault(call.tool, []).append(call.finds)
        happened.append(await house.turn(turn.user))
        findings.append(judged(turn, happened[-1], turn.language or case.language))
    return Run(case, findings, happened)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What happened in the turn so far, as a model would read it in its tools' results."""

    house: House
    since: int

    def finished(self) -> Mapping[str, int]:
        return self._by_tool(ToolFinished)

    def asked(self) -> Mapping[str, int]:
        return self._by_tool(ActionProposed)

    def _by_tool(self, kind: type[Any]) -> Mapping[str, int]:
        events = [one.event for one in self.house.log.after(self.since)]
        return Counter(one.tool for one in events if isinstance(one, kind))
