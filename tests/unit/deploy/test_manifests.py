"""deploy/k8s as it is rendered: no rule is broken, and a rule that is broken is told."""

import pytest

from tests.k8s import rendering
from tests.k8s.faults import faults
from tests.k8s.house import house
from tests.support.broken_manifests import LOCAL

pytestmark = pytest.mark.skipif(
    rendering.command() is None, reason=f"{rendering.MISSING}; make verify-k8s says more"
)


@pytest.mark.parametrize("overlay", rendering.OVERLAYS)
def test_nothing_is_wrong_with_an_overlay(overlay: str) -> None:
    assert faults(rendering.documents(overlay), house()) == []


@pytest.mark.parametrize("broken", LOCAL)
def test_what_is_broken_is_told(broken: str) -> None:
    documents = rendering.documents("local")
    before = faults(documents, house())
    break_it, expected = LOCAL[broken]
    break_it(documents)

    told = [fault for fault in faults(documents, house()) if fault not in before]

    assert any(expected in fault for fault in told), told
