"""How far simulations go: a sample for each `make test`, all of it in `make check`, or for hours.

HYPOTHESIS_PROFILE=deep python -m pytest tests/unit/protocol
"""

import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "sample")
"""sample: `make test`; whole: `make check`, which CI runs; deep: by hand."""
WHOLE = PROFILE != "sample"


def how_far(sample: int, whole: int, deep: int | None = None) -> int:
    return {"sample": sample, "whole": whole, "deep": deep or whole}[PROFILE]


SEEDS = how_far(25, 150, 20_000)
"""Walks of what is right; `make simulate` goes far beyond."""
SEARCHED = how_far(400, 400, 20_000)
"""Walks of what is wrong, until one finds it."""
STEPS = 50
NUMBER = st.integers(0, 59)
"""What a rule chooses by."""
T = TypeVar("T")

MACHINE = settings(
    max_examples=how_far(20, 100, 20_000),
    stateful_step_count=how_far(STEPS, STEPS, 80),
    deadline=None,
    derandomize=PROFILE != "deep",
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Story(Protocol):
    """Hears of each rule just before it is applied."""

    def begins(self, world: Any, rule: str, arguments: Mapping[str, int]) -> None: ...


def one_of(choices: Sequence[T], n: int) -> T:
    return choices[n % len(choices)]


def walk(
    machine: type[RuleBasedStateMachine],
    seed: int,
    *,
    without: Iterable[str] = (),
    often: Iterable[str] = (),
    steps: int = STEPS,
    story: Story | None = None,
) -> None:
    """A seeded random walk over the machine's rules; what a seed finds, it finds again."""
    chance = random.Random(seed)
    world = machine()
    rules = [one for one in world.rules if one.function.__name__ not in set(without)]
    weights = dict.fromkeys(often, 6)
    for _ in range(steps):
        may = [one for one in rules if all(holds(world) for holds in one.preconditions)]
        weight = [weights.get(one.function.__name__, 1) for one in may]
        (rule,) = chance.choices(may, weight)
        arguments = {name: chance.randrange(60) for name in rule.arguments}
        if story is not None:
            story.begins(world, rule.function.__name__, arguments)
        rule.function(world, **arguments)
    if story is not None:
        story.begins(world, "teardown", {})
    world.teardown()


def violation(walks: Callable[[int], None], first: int = 0) -> str | None:
    """What the first seed that finds something finds; `first` is tried before the others."""
    for seed in (first, *range(SEARCHED)):
        try:
            walks(seed)
        except AssertionError as error:
            return str(error).partition("\n")[0]
    return None
