"""Sentences end where UAX 29 says, as the report's own rules read when each is a pattern."""

# ruff: noqa: RUF001 - what people type, in their own marks

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uniseg.sentencebreak import sentence_break

from services.agent.judging.evidence.sentences import sentences

MARKS = list("aAbB1. .?!。,;:)('\"\r\n\u2028\u0301\u200d\u00ad-а中ا।")
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(MARKS), max_size=40).map("".join))


RULES = [
    # What stands before a place, what behind it, and whether a sentence ends there.
    ("r$", "^n", False),  # SB3
    ("[rne]$", "", True),  # SB4
    ("A$", "^N", False),  # SB6
    ("[UL]A$", "^U", False),  # SB7
    ("AC*s*$", "^[^OULrneAT]*L", False),  # SB8
    ("[AT]C*s*$", "^[XAT]", False),  # SB8a
    ("[AT]C*$", "^[Csrne]", False),  # SB9
    ("[AT]C*s*$", "^[srne]", False),  # SB10
    ("[AT]C*s*[rne]?$", "", True),  # SB11
    ("", "", False),  # SB998
]


def kind(letter: str) -> str:
    names = {
        "Other": "o", "CR": "r", "LF": "n", "Sep": "e", "Extend": "x", "Format": "x", "Sp": "s",
        "Lower": "L", "Upper": "U", "OLetter": "O", "Numeric": "N", "ATerm": "A", "SContinue": "X",
        "STerm": "T", "Close": "C",
    }  # fmt: skip
    return names[sentence_break(letter).value]


def by_patterns(text: str) -> list[str]:
    """Slowly: every rule at every place, by what stands before it and behind it."""
    kinds = [kind(one) for one in text]
    places = [
        place
        for place, one in enumerate(kinds)
        if one != "x" or place == 0 or kinds[place - 1] in "rne"  # SB5
    ]
    seen = "".join(kinds[place].replace("x", "o") for place in places)
    ends = [
        places[n]
        for n in range(1, len(places))
        if next(
            ends
            for before, behind, ends in RULES
            if re.search(before, seen[:n]) and re.search(behind, seen[n:])
        )
    ]
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)] if text else []


@given(TEXTS)
@settings(max_examples=600)
def test_it_agrees_with_the_reports_rules(text: str) -> None:
    ours = [text[start:end] for start, end in sentences(text)]
    assert ours == by_patterns(text)
    assert "".join(ours) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please don't cancel it. Thanks!", ["Please don't cancel it. ", "Thanks!"]),
        ("at 9 a.m. tomorrow", ["at 9 a.m. tomorrow"]),
        ("it costs 3.50 now", ["it costs 3.50 now"]),
        ("明日九時に。よろしく！", ["明日九時に。", "よろしく！"]),
        ("क्या? हाँ।जी", ["क्या? ", "हाँ।", "जी"]),
        ("one\ntwo", ["one\n", "two"]),
        ("Wait! (Really?) Yes", ["Wait! ", "(Really?) ", "Yes"]),
        ("in the U.S.A now", ["in the U.S.A now"]),
        (".net is meant", [".net is meant"]),
        ("", []),
    ],
)
def test_sentences_of_several_scripts(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected
