"""Calls of tools: what is waited for, and what is owed to the user."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.conversation import (
    FIRST_RULES,
    RULES,
)
from contracts.event import Event
from contracts.tools import NOBODY, ToolFailed, ToolFinished, ToolRequested
from tests.support.memory_log import START
from tests.unit.agent.folded import (
    CALL,
    MESSAGE,
    OLD_TURN,
    OPEN,
    OTHER,
    OUTCOME,
    SECOND,
    THIS,
    TURN,
    after,
)


def requested(**facts: Any) -> ToolRequested:
    told: dict[str, Any] = {
        "turn": TURN,
        "step": 2,
        "tool": "set_reminder",
        "owner": "scheduler",
        "vendor_call_id": None,
        "arguments": {},
        "zone": "UTC",
        "zone_known": True,
        "deadline": START + 60 * SECOND,
        "effect": "write",
    }
    return ToolRequested(**told | facts)


@pytest.mark.parametrize(
    ("facts", "rules", "changes", "outside"),
    [
        ({}, RULES, True, False),
        ({"untrusted": True}, RULES, True, True),
        ({"effect": "read"}, RULES, False, False),
        ({"owner": NOBODY, "untrusted": True}, RULES, False, False),
        ({}, FIRST_RULES, False, False),
    ],
)
def test_a_call_is_waited_for_and_may_change_something(
    facts: dict[str, Any], rules: int, changes: bool, outside: bool
) -> None:
    state = OPEN.but(rules=rules, driver=MESSAGE)

    assert after(state, requested(**facts)) == state.but(
        waiting=frozenset({CALL, THIS}),
        wait_ends=START + 60 * SECOND,
        changing=frozenset({CALL, THIS} if changes else {CALL}),
        outside=outside,
        driver=None,
        repairs=0,
    )
    assert after(state.but(outside=True), requested(**facts)).outside


def test_the_wait_begins_with_the_first_call_and_ends_with_the_latest_deadline() -> None:
    first = after(OPEN.but(waiting=frozenset(), waiting_since=None, wait_ends=None), requested())
    assert (first.waiting_since, first.wait_ends) == (START + SECOND, START + 60 * SECOND)

    sooner = after(OPEN, requested(deadline=START + 20 * SECOND))
    assert sooner.wait_ends == START + 30 * SECOND
    assert after(OPEN, requested(turn=OLD_TURN)) == OPEN


def finished(call: UUID = CALL) -> Event:
    return ToolFinished(call=call, tool="set_reminder", result={}, took_ms=3)


def test_an_outcome_is_owed_and_the_last_one_drives() -> None:
    assert after(OPEN, finished(), 3 * SECOND) == OPEN.but(
        waiting=frozenset(),
        waiting_since=None,
        wait_ends=None,
        worked_ms=3_500,
        changing=frozenset(),
        owed=(OUTCOME, THIS),
        driver=THIS,
    )
    two = OPEN.but(waiting=frozenset({CALL, OTHER}))
    assert after(two, finished()) == two.but(
        waiting=frozenset({OTHER}), changing=frozenset(), owed=(OUTCOME, THIS)
    )


@pytest.mark.parametrize(
    ("since", "ends", "later", "waited_ms"),
    [
        (START, START + 30 * SECOND, 40 * SECOND, 30_000),
        (START, None, 40 * SECOND, 40_000),
        (START, None, 40.0007 * SECOND, 40_000),
        (None, START + 30 * SECOND, 40 * SECOND, 0),
        (START + 50 * SECOND, None, 40 * SECOND, 0),
    ],
)
def test_a_wait_counts_to_its_deadline_at_most(
    since: Any, ends: Any, later: timedelta, waited_ms: int
) -> None:
    state = OPEN.but(waiting_since=since, wait_ends=ends)

    assert after(state, finished(), later).worked_ms == 500 + waited_ms


@pytest.mark.parametrize(("code", "owed"), [("unknown", True), ("refused", False)])
def test_a_failure_is_owed_where_it_may_have_changed_something(code: str, owed: bool) -> None:
    failed = ToolFailed(call=CALL, tool="set_reminder", code=code, error="no")

    state = after(OPEN, failed)
    assert state.owed == ((OUTCOME, THIS) if owed else (OUTCOME,))
    assert state.changing == frozenset()


def test_an_outcome_that_nobody_waits_for_changes_only_what_is_owed() -> None:
    late = OPEN.but(waiting=frozenset())
    assert after(late, finished()) == late.but(changing=frozenset(), owed=(OUTCOME, THIS))

    only_read = OPEN.but(changing=frozenset())
    assert after(only_read, finished()).owed == (OUTCOME,)
    assert after(OPEN, finished(OTHER)) == OPEN
