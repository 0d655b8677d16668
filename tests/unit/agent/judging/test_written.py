"""A call's times count from the message that asks for it, not from its turn."""

from datetime import timedelta
from typing import Any

import pytest

from services.agent.judging.written import Written, asking_for
from tests.support.memory_log import START

FIRST, THEN, LAST = (START + timedelta(minutes=n) for n in range(3))
BURST = [
    Written(FIRST, "Remind me in 2 minutes to stretch"),
    Written(THEN, "and in one\n  HOUR to call mom"),
    Written(LAST, "thanks!"),
]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (["remind me in 2 minutes"], FIRST),
        (["in one hour to call mom"], THEN),
        (["Remind me in 2 minutes", "IN ONE HOUR"], THEN),
        ("in 2 minutes", FIRST),
        (["\uff29\uff2e \uff12 minutes"], FIRST),
        (["in three hours"], LAST),
        ([], LAST),
        ([""], LAST),
        (["x", "y", "z", "in 2 minutes"], LAST),
        ([{"in 2": "minutes"}], LAST),
        (7, LAST),
        (None, LAST),
    ],
)
def test_it_is_the_newest_message_that_holds_the_quoted_words(said: Any, at: Any) -> None:
    assert asking_for({"text": "stretch", "said": said}, BURST) == at


def test_a_call_without_messages_has_no_time_of_its_own() -> None:
    assert asking_for({"said": ["in 2 minutes"]}, []) is None
