"""Where an argument is just the user's own, or just is not."""

# ruff: noqa: RUF001 - what people type, in their own marks

from decimal import Decimal
from typing import Any

import pytest

from services.agent.judging.evidence import arguments
from services.agent.judging.evidence.arguments import MOST_OF_A_VALUE, MOST_SAID
from services.agent.judging.evidence.words import MOST_OF_A_TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", set()),
        ("7", {"7"}),
        ("1.299", {"1299", "1.299"}),
        ("1,299", {"1299", "1.299"}),
        ("1.299,50", {"1299.50"}),
        ("1,299.50", {"1299.50", "1.29950"}),
        ("1'299", {"1299", "1", "299"}),
        ("1’299", {"1299", "1", "299"}),
        ("1 299", {"1299", "1", "299"}),
        ("12.5", {"12.5", "125"}),
        ("12,5", {"12.5"}),
        ("1.2345", {"1.2345", "12345"}),
        ("1.2.3", {"123"}),
        ("5.", {"5"}),
        ("٧٠", {"70"}),
        ("½", {"1", "2"}),
        ("七", {"7"}),
        ("七八", {"7", "8"}),
        ("\U00010140", {"0.25", "25"}),
        ("3 mil", {"3", "3000"}),
    ],
)
def test_a_number_is_read_in_each_way_that_it_may_be_meant(text: str, expected: set[str]) -> None:
    assert arguments.numbers(text) == set(map(Decimal, expected))


@pytest.mark.parametrize(
    ("value", "said", "own"),
    [
        (None, [], True),
        (True, [], True),
        (False, ["below 70"], True),
        (Decimal("70.5"), ["70,5"], True),
        ("70", ["70"], True),
        ("nan", ["nan"], False),
        ("sNaN", ["7"], False),
        ("Infinity", ["Infinity"], False),
        (b"70", ["70"], False),
        (70, [], False),
        (70, ["70", "80"], True),
        (80, ["70", "80"], True),
    ],
)
def test_a_number_stands_in_any_of_their_texts(value: Any, said: list[str], own: bool) -> None:
    assert arguments.is_own_number(value, said) is own


@pytest.mark.parametrize(
    ("value", "said", "own"),
    [
        (70, ["below 70"], True),
        (70, ["below 71"], False),
        (None, [], True),
        (["x"], ["x"], False),
        ("x" * MOST_OF_A_VALUE, ["x" * MOST_OF_A_VALUE], True),
        ("x" * (MOST_OF_A_VALUE + 1), ["x" * (MOST_OF_A_VALUE + 1)], False),
        ("", [], True),
        ("  ", [], True),
        ("👍", ["so 👍"], True),
        (" 👍 ", ["so 👍"], True),
        ("👍", ["so"], False),
        ("pay 12", ["pay"], True),
        ("pay 123", ["pay"], False),
        ("pay 123", ["pay", "123"], True),
        ("pay 1-23", ["pay 123"], True),
        ("pay them 123", ["pay them 1-2-3"], True),
        ("pay the rent 1-23", ["pay the rent"], False),
        ("pay 123 or 456", ["pay 123"], False),
        ("call a@x.org", ["call", "a@x.org"], True),
        ("call A@X.org", ["call a@x.org"], True),
        ("call a@x.org", ["call b@x.org"], False),
        ("a@x.org b@x.org", ["a@x.org b"], False),
        ("see https://shop.example/a", ["see shop.example/a"], True),
        ("see shop.example/a", ["see https://shop.example/a"], False),
        ("see https://shop.example/a#x", ["see https://shop.example/a"], True),
        ("見shop.example/a", ["見shop example a"], False),
        ("see https://x.example/a", ["see x.example/b"], False),
    ],
)
def test_a_text_is_theirs_with_its_figures_and_addresses(
    value: Any, said: list[str], own: bool
) -> None:
    assert arguments.is_own_text(value, said) is own


def test_words_come_from_the_wish_and_figures_from_anywhere() -> None:
    wish = "remind me to pay the rent"
    said = ["the account is 123", wish]

    assert arguments.is_own_text("pay the rent 123", said, [wish])
    assert not arguments.is_own_text("the account", said, [wish])
    assert not arguments.is_own_text("pay the rent 123", [wish], said)


@pytest.mark.parametrize(
    ("value", "said", "own"),
    [
        ("abcd", "abce", False),
        ("abcde", "abcdx", True),
        ("ab", "ab", True),
        ("ab", "xaby", False),
        ("müde", "mude", True),
        ("ÉTÉ", "ete", True),
        ("मां", "माँ", True),
        ("c a\u00adb", "ab c", True),
        ("d-c-b-a", "a b c d", True),
        ("काम", "किम", False),
    ],
)
def test_most_of_its_letters_stand_in_runs_of_three(value: str, said: str, own: bool) -> None:
    assert arguments.is_own_text(value, [said]) is own


@pytest.mark.parametrize(
    ("value", "said", "own"),
    [
        (None, [], True),
        (7, ["7"], False),
        ("a lamp", ["the lamp", "a lamp"], True),
        (" a lamp ", ["a lamp"], True),
        (" ", [" "], False),
        ("a@x.org", ["b@x.org", "a@x.org"], True),
        ("a@x.org", ["xa@x.org"], False),
        ("https://x.example/a", ["x.example/a"], True),
        ("https://x.example/a and a@x.org", ["https://x.example/a"], False),
        ("https://x.example/a and a@x.org", ["a@x.org"], False),
        ("https://x.example/a and a@x.org", ["a@x.org", "https://x.example/a"], True),
    ],
)
def test_every_address_is_theirs(value: Any, said: list[str], own: bool) -> None:
    assert arguments.is_own_address(value, said) is own


@pytest.mark.parametrize(
    ("which", "wish", "named"),
    [
        (None, [], True),
        (" #2 ", ["2"], True),
        ("# 2.", ["2"], True),
        ("02", ["2"], True),
        ("1234567890", ["1234567890"], True),
        ("2", ["1", "2"], True),
        ("call mom", ["mom", "the call"], True),
        ("...", ["..."], False),
    ],
)
def test_one_of_a_list_is_named(which: Any, wish: list[str], named: bool) -> None:
    assert arguments.is_named(which, wish) is named


def test_of_much_that_was_said_the_newest_counts() -> None:
    filler = "x" * MOST_OF_A_TEXT
    fits = MOST_SAID // MOST_OF_A_TEXT

    assert arguments.is_own_number(7, ["7", *[filler] * (fits - 1)])
    assert not arguments.is_own_number(7, ["7", *[filler] * fits])
    assert not arguments.is_own_number(7, [f"{filler} 7"])
    assert arguments.is_own_number(7, ["7 8", *[filler] * (fits - 1), "x" * (MOST_OF_A_TEXT - 1)])
    assert not arguments.is_own_number(
        8, ["7 8", *[filler] * (fits - 1), "x" * (MOST_OF_A_TEXT - 1)]
    )
