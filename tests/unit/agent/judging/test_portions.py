"""A long reply is said in five messages, and the rest when the user asks for more."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.judging.answer_size import MOST_AT_ONCE, portion
from services.agent.judging.answers import MORE, answered
from services.gateway.saying.parts import parts_of
from tests.support.events import replying
from tests.unit.agent.judging import test_answers

TURN = UUID(int=42)
PARAGRAPHS = "\n\n".join(f"Item {n}: {chr(32).join([str(n)] * 40)}." for n in range(90))
SCRIPTS = [
    PARAGRAPHS,
    "価格は七十ユーロです。" * 1_200,
    " ".join(f"{n} يورو" for n in range(2_000)),
    "👨‍👩‍👧‍👦" * 3_000,
    "- **bold** and _so on_ at https://shop.example/a\n" * 400,
]


@pytest.mark.parametrize("text", SCRIPTS, ids=range(len(SCRIPTS)))
def test_what_is_said_at_once_is_five_messages_at_most(text: str) -> None:
    now, rest = portion(text)

    assert rest
    assert len(parts_of(f"{now}\n\n{MORE.source}", below_a_picture=False)) <= 5


def test_it_is_cut_between_paragraphs() -> None:
    now, rest = portion(PARAGRAPHS)

    assert rest.startswith("Item ")
    assert f"{now}\n\n{rest}" == PARAGRAPHS


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=50), st.integers(1, 400))
def test_nothing_is_lost(unit: str, times: int) -> None:
    now, rest = portion(unit * times)

    assert "".join((now + rest).split()) == "".join((unit * times).split())
    assert bool(rest) <= (len((unit * times).encode("utf-16-le")) // 2 > MOST_AT_ONCE)


def test_the_rest_is_offered() -> None:
    _, ready = answered(replying(TURN, 1, PARAGRAPHS), test_answers.given())

    assert ready.text == f"{portion(PARAGRAPHS)[0]}\n\n{MORE.source}"
