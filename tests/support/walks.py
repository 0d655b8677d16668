"""How far simulations go: fast and the same every time, or for hours.

HYPOTHESIS_PROFILE=deep python -m pytest tests/unit/protocol
"""

import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
SEEDS = 20_000 if DEEP else 150
"""Walks of what is right; `make simulate` goes far beyond."""
SEARCHED = 20_000 if DEEP else 400
"""Walks of what is wrong, until one finds it."""
STEPS = 50
NUMBER = st.integers(0, 59)
"""What a rule chooses by."""
T = TypeVar("T")

_QUICK = settings(
    max_examples=100,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_DEEP = settings(_QUICK, max_examples=20_000, stateful_step_count=80, derandomize=False)
MACHINE = _DEEP if DEEP else _QUICK


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
