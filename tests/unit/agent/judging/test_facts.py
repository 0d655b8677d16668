"""What counts as the user's yes and no."""

import pytest

from contracts.conversation import MessageReceived
from services.agent.judging import facts
from taskflow.words.typed import UNDO
from tests.support.events import message
from tests.support.story import Story


def told(text: str, **changes: object) -> MessageReceived:
    return message(text).model_copy(update=changes)


@pytest.mark.parametrize(
    ("said", "is_theirs"),
    [
        ({}, True),
        ({"forwarded": True}, False),
        ({"kind": "media"}, False),
        ({"kind": "location"}, False),
    ],
)
def test_a_yes_a_no_and_an_undo_are_their_own(said: dict[str, object], *, is_theirs: bool) -> None:
    story = Story()
    yes, no, undo = (story.tell(told(text, **said))[0] for text in ("yes", "no", "undo"))
    assert facts.confirms([yes], 0, ["en"]) is is_theirs
    assert facts.refuses([no], 0, ["en"]) is is_theirs
    assert facts.is_all([undo], ["en"], UNDO) is (is_theirs or "kind" in said)


def test_one_that_was_forwarded_among_them_makes_it_none() -> None:
    story = Story()
    own, others = (story.tell(told("yes", forwarded=one))[0] for one in (False, True))
    assert not facts.confirms([own, others], 0, ["en"])
