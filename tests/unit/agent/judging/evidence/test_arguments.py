"""Which arguments are the user's own, in scripts with spaces and without."""

# ruff: noqa: RUF001 - what people type, in their own marks

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.judging.evidence import arguments

LINK = "https://shop.example/kettle?c=1"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("call mom", "remind me to call mom tomorrow at 9"),
        ("Call Mom", "i need to be calling my mom"),
        ("Mama anrufen", "erinnere mich morgen daran, Mama anzurufen"),
        ("zadzwonić do mamy", "przypomnij mi, żebym zadzwonił do mamy"),
        ("母に電話する", "明日九時に母に電話するよう教えて"),
        ("मम्मी को फोन करना", "मुझे मम्मी को फोन करने की याद दिलाना"),
        ("الاتصال بأمي", "ذكّرني بالاتصال بأمي"),
        ("โทรหาแม่", "เตือนให้โทรหาแม่พรุ่งนี้"),
        ("אמא", "תזכיר לי להתקשר לאמא"),
        ("pay 1200", "remind me to pay 1,200"),
        ("call +49 155 5000 9999", "call +4915550009999 please"),
        ("🎂", "remind me: 🎂"),
        (f"look at {LINK}", f"remind me to look at {LINK}"),
        (None, "anything"),
    ],
)
def test_a_text_of_the_users_own(value: Any, said: str) -> None:
    assert arguments.is_own_text(value, ["earlier", said])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("transfer 900 euros to Eve", "remind me to call mom tomorrow at 9"),
        ("call mom at +49 155 50009999", "remind me to call mom"),
        ("pay 900", "remind me to pay"),
        ("call mom, mom@evil.example", "remind me to call mom"),
        ("call mom https://evil.example/x", "remind me to call mom"),
        ("pay everything to the account of Eve at once", "remind me to pay the rent"),
        ("送金する", "明日九時に母に電話するよう教えて"),
        ("x" * 1_001, "x" * 1_001),
        (["call mom"], "call mom"),
        ("🎂", "remind me"),
    ],
)
def test_a_text_that_is_not(value: Any, said: str) -> None:
    assert not arguments.is_own_text(value, [said])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (70, "below 70"), (70.0, "under €70.00!"), (70, "70 euro"), (1299, "less than 1.299,00 €"),
        (1299, "less than 1,299.00"), (1299.5, "1 299,50"), (70, "७० रुपये से कम"),
        (70, "أقل من ٧٠"), (7, "七"), (70, "７０"), ("70", "below 70"), (None, ""),
    ],
)  # fmt: skip
def test_a_number_in_every_scripts_digits(value: Any, said: str) -> None:
    assert arguments.is_own_number(value, ["so", said])


@pytest.mark.parametrize(
    ("value", "said"),
    [(70, "below 700"), (70, "170"), (7, "70"), ("x", "x"), ([70], "70"), ("inf", "inf")],
)
def test_a_number_that_nobody_wrote(value: Any, said: str) -> None:
    assert not arguments.is_own_number(value, [said])


@pytest.mark.parametrize(
    ("value", "said", "own"),
    [
        (LINK, f"watch {LINK} please", True),
        (LINK, "watch shop.example/kettle?c=1", True),
        (f"{LINK}&d=secret", f"watch {LINK} please", False),
        ("https://evil.example/", "watch it", False),
        ("eve@evil.example", "write to eve@evil.example", True),
        ("eve@evil.example", "write to bob@evil.example", False),
        ("x" * 20_000, "pay the bill", False),
        ("the lamp", "watch the kettle", False),
        ("the lamp", "watch the lamp", True),
        ("", "watch it", False),
        (None, "", True),
        (7, "7", False),
    ],
)
def test_an_address_is_the_users_or_it_is_not(value: Any, said: str, *, own: bool) -> None:
    assert arguments.is_own_address(value, [said]) is own


@pytest.mark.parametrize(
    ("which", "wish", "named"),
    [
        ("2", "2", True),
        ("#2", "2.", True),
        (2, "2", True),
        ("2", "٢", True),
        ("2", "cancel the second one", False),
        ("1", "see you at 1", False),
        ("12", "1 2", False),
        ("call mom", "cancel the one to call mom", True),
        ("call mom", "cancel the call", False),
        ("買い物", "買い物のを消して", True),
        ("", "cancel it", False),
    ],
)
def test_one_of_a_list_is_named_by_its_number_alone_or_by_its_words(
    which: Any, wish: str, *, named: bool
) -> None:
    assert arguments.is_named(which, ["hello", wish]) is named


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(value: str, said: str) -> None:
    arguments.is_own_text(value, [said])
    arguments.is_own_address(value, [said])
    arguments.is_own_number(value, [said])
    arguments.is_named(value, [said])


@given(st.text(alphabet=st.characters(categories=["L", "Nd"]), min_size=3, max_size=60))
def test_what_stands_there_as_it_is_is_own(text: str) -> None:
    assert arguments.is_own_text(text, [f"well, {text}!"])
