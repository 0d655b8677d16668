"""What a login may do, read as the server reads it."""

import pytest

from taskflow.bus.permissions import USERS, Permissions


@pytest.mark.parametrize(
    ("pattern", "subject", "holds"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", False),
        ("a.*.c", "a.b.c", True),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        (">", "a.b", True),
    ],
)
def test_a_pattern_holds_whole_words(pattern: str, subject: str, holds: bool) -> None:
    rights = Permissions(publish=(pattern,), subscribe=(pattern,))
    assert rights.may_publish(subject) is holds
    assert rights.may_subscribe(subject) is holds
    assert Permissions((">",), (), not_publish=(pattern,)).may_publish(subject) is not holds


def test_the_operator_makes_streams_but_not_the_houses_own() -> None:
    assert USERS["operator"].may_publish("$JS.API.STREAM.CREATE.REPLAY")
    assert not USERS["operator"].may_publish("$JS.API.STREAM.CREATE.TASKFLOW")
    assert not USERS["agent"].may_publish("taskflow.events.message.received")
