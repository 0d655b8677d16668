"""No pattern of the project takes time that grows faster than the text, or is slow at its limit."""

import pytest

from tests.pump.bounds import BOUNDS
from tests.pump.patterns import Found
from tests.pump.pumping import HOPELESS, SAMPLE, WHOLE, patterns, slow_of

EVERY = 20
"""Of so many patterns, one is in the sample that `make test` takes."""
PLANTED = {
    "nested": r"(a+)+$",
    "of anything": r"(.*,)*x",
    "space at the end": r"\s+$",
    "words": r"(\w+\s?)*:",
    "two that overlap": r"\s*[,;]?\s*and",
    "from any beginning": r"<p[^>]*>",
    "to an end that is lacking": r"\[[^\]]*\]\(",
    "alternatives alike": r"^(?:a|aa|b)+c",
}
HARMLESS = [r"\d+", r"[^\W\d_]+(?:-[^\W\d_]+)*", r"(?<!\s)\s+$", r"\bwatch\b.{0,40}\bprice\b"]


@pytest.mark.long
def test_every_pattern_is_found() -> None:
    found, lost = patterns()

    assert lost == []
    assert len(found) > 600
    for begin in BOUNDS:
        assert any(one.where.startswith(begin) for one in found), f"{begin} has no pattern"


def test_planted_patterns_are_found_out() -> None:
    names = ["space at the end", "words", "to an end that is lacking"]
    slow = slow_of([Found(name, PLANTED[name], 0, ("search",)) for name in names], SAMPLE)

    assert list(slow) == names


@pytest.mark.long
def test_every_planted_pattern_is_found_out() -> None:
    slow = slow_of([Found(name, one, 0, ("search",)) for name, one in PLANTED.items()], SAMPLE)

    assert list(slow) == list(PLANTED)


@pytest.mark.long
def test_one_that_never_ends_is_found_out_and_the_next_is_pumped_all_the_same() -> None:
    slow = slow_of(
        [
            Found("endless", r"(?:a|a)+$", 0, ("match",)),
            Found("good", r"a+", 0, ("search",)),
            Found("bad", r"\s+$", 0, ("search",)),
        ],
        SAMPLE,
    )

    assert list(slow) == ["endless", "bad"]
    assert HOPELESS in slow["endless"]


def test_a_harmless_pattern_is_not_suspected() -> None:
    assert slow_of([Found(one, one, 0, ("search",)) for one in HARMLESS], SAMPLE) == {}


def test_a_sample_of_the_patterns_is_linear() -> None:
    sample = patterns()[0][::EVERY]

    assert slow_of(sample, SAMPLE) == {}


@pytest.mark.long
@pytest.mark.no_cover
@pytest.mark.parametrize("begin", ["contracts.", "taskflow.", "services.", "simulators."])
def test_every_pattern_is_linear(begin: str) -> None:
    found = [one for one in patterns()[0] if one.where.startswith(begin)]

    assert slow_of(found, WHOLE) == {}
