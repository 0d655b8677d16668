"""The protocols hold in every state of small worlds, and each of their rules is needed.

`python -m tests.protocol.run` explores the larger worlds too.
"""

from typing import Any

import pytest

from tests.protocol.engine import LIMIT, explore
from tests.protocol.worlds import MODELS, Studied

pytestmark = pytest.mark.no_cover

MOST_OF_A_MUTANT = 600_000
SMALL = [(name, world) for name, studied in MODELS.items() for world in studied.small]
LARGE = [(name, world) for name, studied in MODELS.items() for world in studied.large]
RULES = [(name, rule) for name, studied in MODELS.items() for rule in studied.less]


def holds(name: str, world: Any) -> None:
    found = explore(MODELS[name].model(**world))

    assert found.violation is None, "\n".join([found.violation, *found.trace])
    assert found.states > 100


@pytest.mark.parametrize(("name", "world"), SMALL, ids=str)
def test_in_a_small_world_all_rules_together_hold(name: str, world: Any) -> None:
    holds(name, world)


@pytest.mark.long
@pytest.mark.parametrize(("name", "world"), LARGE, ids=str)
def test_in_a_large_world_all_rules_together_hold(name: str, world: Any) -> None:
    holds(name, world)


@pytest.mark.long
@pytest.mark.parametrize(("name", "rule"), RULES)
def test_without_this_rule_something_breaks(name: str, rule: str) -> None:
    found = explore(MODELS[name].without(rule), MOST_OF_A_MUTANT)

    assert found.violation not in {None, LIMIT}


@pytest.mark.parametrize("studied", MODELS.values(), ids=MODELS)
def test_each_rule_is_switched_off_once(studied: Studied) -> None:
    assert set(studied.less) == set(studied.rules)
