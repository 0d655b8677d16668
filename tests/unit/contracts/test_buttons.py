"""Payloads: our own are read back, and nothing else is one."""

import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.buttons import Press, ask, payload, read, suggestion

EVENT = UUID(int=7)


@given(st.sampled_from(["yes", "no", "undo", "done", "hour", "tomorrow"]), st.uuids())
def test_a_payload_of_ours_is_read_back(means, event) -> None:
    assert read(payload(means, event)) == Press(means, event)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_suggestions_are_told_apart_and_say_the_same(number) -> None:
    assert read(suggestion(number)) == Press("words")


@pytest.mark.parametrize("bare", ["done", "hour", "tomorrow"])
def test_some_name_no_event(bare) -> None:
    assert read(payload(bare)) == Press(bare)


@pytest.mark.parametrize(
    "foreign",
    [
        None,
        "",
        "yes",
        "undo",
        "words",
        "words-0",
        "words-11",
        f"words:{EVENT}",
        f"maybe:{EVENT}",
        f"yes:{EVENT} ",
        f" yes:{EVENT}",
        f"yes:{EVENT}\n",
        f"YES:{EVENT}",
        f"yes:{EVENT}x",
        f"yes:{EVENT.hex}",
        f"yes:{{{EVENT}}}",
        f"yes:urn:uuid:{EVENT}",
        f"yes:{EVENT}:70",
        "yes:0000000\u0661-0000-0000-0000-000000000007",
        '{"yes": "set_reminder"}',
        "yes:" + "-" * 36,
    ],
)
def test_anything_else_is_none(foreign) -> None:
    assert read(foreign) is None


def test_a_long_one_is_not_looked_at() -> None:
    long = f"yes:{EVENT}" + "0" * 1_000_000
    began = time.perf_counter()
    assert all(read(long) is None for _ in range(1_000))
    assert time.perf_counter() - began < 1


def test_only_answers_ask() -> None:
    assert ask([payload("undo", EVENT), payload("no", EVENT)])
    assert not ask([payload("undo", EVENT), payload("hour", EVENT), suggestion(1), "yes"])
