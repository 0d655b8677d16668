"""The golden conversations with a real model, several times each; what that costs and takes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from statistics import mean, quantiles

from contracts.conversation import ModelAnswered
from services.agent.memory.memory import SummaryModel
from taskflow.usage.prices import prices
from tests.evaluation.cases import Case
from tests.evaluation.house import house_time
from tests.evaluation.running import Run, run
from tests.support.quiet import quiet

AT_ONCE = 4
"""Conversations: a key's limit is some requests a second."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Each case `times` times. Its calls are the model's own: only what came of them is judged."""

    model: str
    times: int
    runs: Sequence[Run]

    def row(self, name: str, of: Callable[[Case], bool]) -> list[str]:
        runs = [one for one in self.runs if of(one.case)]
        if not runs:
            return [name, "0", *["-"] * 5]
        passes: defaultdict[str, list[bool]] = defaultdict(list)
        for one in runs:
            passes[one.case.conversation.id].append(one.passed)
        took = seconds(runs) or [0.0]
        return [
            name,
            str(len(passes)),
            f"{mean(one.passed for one in runs):.1%}",
            f"{mean(all(those) for those in passes.values()):.1%}",
            f"{cost(runs) / len(runs):.5f}",
            f"{mean(took):.2f}",
            f"{quantiles(took, n=20)[-1] if len(took) > 1 else took[0]:.2f}",
        ]


async def repeated(
    those: Sequence[Case], model: SummaryModel, times: int, told: Callable[[Run], None]
) -> Repeated:
    """Runs them, some at once; `told` hears of each as it ends."""
    free = asyncio.Semaphore(AT_ONCE)

    async def once(case: Case) -> Run:
        async with free:
            done = await run(case, model)
        told(done)
        return done

    with quiet(), house_time():
        runs = await asyncio.gather(*(once(case) for case in those for _ in range(times)))
    return Repeated(model.model, times, runs)


def cost(runs: Sequence[Run]) -> Decimal:
    """US dollars, as far as the prices of the models are known."""
    answers = chain.from_iterable(_answers(one) for one in runs)
    costs = (prices().exact(one.model, one.usage) for one in answers)
    return sum((one for one in costs if one is not None), Decimal())


def seconds(runs: Sequence[Run]) -> list[float]:
    """Of the model's time, turn by turn."""
    return [
        sum(one.event.took_ms for one in turn.events if isinstance(one.event, ModelAnswered)) / 1000
        for run in runs
        for turn in run.happened
    ]


def _answers(run: Run) -> list[ModelAnswered]:
    events = chain.from_iterable(turn.events for turn in run.happened)
    return [one.event for one in events if isinstance(one.event, ModelAnswered)]
