"""The gate: what scripted models reach on the golden conversations and on the sentences."""

import asyncio

import pytest

from tests.evaluation.suites import SUITES, Suite, results


@pytest.mark.long
@pytest.mark.no_cover
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_bound_holds(suite: Suite) -> None:
    (found,) = asyncio.run(results([suite]))

    assert found.exceeded == []
    assert len(found.runs) >= FEWEST


FEWEST = 40
"""Cases of a suite; of fewer, a share of 1 % says nothing."""
