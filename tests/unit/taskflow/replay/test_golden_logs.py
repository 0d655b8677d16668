"""Golden logs of each release: today's code decides what was decided; a changed one is caught."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts import slots
from contracts.streams import UserId
from services.scheduler.recurrence import next_due
from taskflow.replay.recordings import FileSource
from taskflow.replay.verify import Difference, Tally, Verifying, reviews
from taskflow.words.message import Message
from tests.support import golden_stories as stories
from tests.support.golden import GOLDEN, accepted_beside
from tests.support.snapshots import ROOT

LOGS = sorted(GOLDEN.glob("*/*.jsonl"))
EVERYTHING = GOLDEN / "0.1.0" / "everything.jsonl"
NEWEST = GOLDEN / "0.3.0" / "everything.jsonl"
"""Decided by the rules of today."""
SOURCES = {path: FileSource.of(path) for path in LOGS}


async def verified(
    path: Path, user: UserId | None = None, **more: Any
) -> tuple[list[Difference], Tally]:
    tally = Tally()
    verifying = Verifying(SOURCES[path], reviews(), user, **more)
    return [one async for one in verifying.run(tally)], tally


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_what_a_release_decided_is_what_this_one_decides(path: Path) -> None:
    differences, tally = await verified(path)
    accepted = accepted_beside(path)

    assert {str(one.at.event_id) for one in differences} == accepted.keys(), told(differences)
    assert tally.compared + tally.not_comparable["retired"] > 100
    assert tally.proves or accepted
    assert tally.not_comparable["newer"] == 0


async def test_what_cannot_be_decided_again_is_counted() -> None:
    _, tally = await verified(NEWEST, stories.CLEO)
    assert tally.not_comparable["erased"] >= 10
    assert tally.partly["erased"] >= 4, "claims, but for the count of their parts"
    assert tally.compared >= 15, "ids, places and prices need no text"

    _, of_another = await verified(NEWEST, stories.BOB)
    assert not +of_another.not_comparable
    assert not of_another.partly


def test_the_golden_logs_hold_every_event_in_every_version() -> None:
    samples = {path.stem for path in (ROOT / "samples").glob("*.json")}
    lines = [json.loads(line) for path in LOGS for line in path.read_text().splitlines()]
    assert {f"{one['type']}.v{one['schema_version']}" for one in lines} == samples


def nothing(*_given: Any, **_more: Any) -> Any:
    return None


def never(*_given: Any) -> bool:
    return False


def none_of_it(*_given: Any, **_more: Any) -> list[Any]:
    return []


def another_slot(state: Any) -> UUID:
    return slots.turn(state.stream, state.ended + 1)


def an_hour_later(*given: Any) -> datetime | None:
    found = next_due(*given)
    return found + timedelta(hours=1) if found else None


NO_ALERT = [("watch.seen", "suspected"), ("watch.alerted", "type")]
CHANGED: dict[str, tuple[str, Any, UserId, list[tuple[str, str]]]] = {
    # What is changed, to what, whose log shows it, and in which events' fields.
    "agent.apologies.APOLOGIES": (
        {"unavailable": Message("no."), "parked": Message("no.")},
        stories.BOB,
        [("reply.ready", "text")],
    ),
    "agent.decider.is_stop_word": (never, stories.BOB, [("turn.stopped", "type")]),
    "agent.decider.current_slot": (another_slot, stories.EVE, [("turn.started", "event_id")]),
    "agent.decider.MAX_STEPS": (0, stories.EVE, [("model.answered", "type")]),
    "agent.judging.policy._Judging._doubt": (
        nothing,
        stories.ADA,
        [("tool.requested", "owner"), ("tool.failed", "type"), ("action.proposed", "type")],
    ),
    "agent.judging.truth.false_claims": (none_of_it, stories.ADA, [("reply.caught", "type")]),
    "agent.asking.summaries.KEPT": (
        5,
        stories.FAY,
        [("history.summarized", "covers_upto"), ("history.summarized", "turns")],
    ),
    "agent.asking.summaries.MOST_TURNS": (50, stories.FAY, [("history.summarized", "type")]),
    "agent.takeover.deciding.IDLE": (
        timedelta(days=1),
        stories.MIA,
        [("conversation.handed_back", "type")],
    ),
    "gateway.decider.is_marked": (never, stories.MIA, [("reply.sending", "marked")]),
    "gateway.decider.MAX_ATTEMPTS": (1, stories.BOB, [("reply.refused", "type")]),
    "gateway.decider.MAX_REPEATS": (0, stories.BOB, [("reply.assumed", "assumed")]),
    "gateway.decider.FIRST_BACKOFF": (
        timedelta(minutes=5),
        stories.BOB,
        [("reply.refused", "again_at")],
    ),
    "gateway.decider.WINDOWS": ({}, stories.KIM, [("reply.held", "type")]),
    "gateway.decider.MARGIN": (timedelta(hours=20), stories.BOB, [("reply.sending", "type")]),
    "gateway.decider.by_template": (lambda move, _: move, stories.KIM, [("reply.sending", "type")]),
    "gateway.decider.MOST_TOGETHER": (2, stories.NOA, [("reply.sending", "type")]),
    "gateway.lane._repaired": (lambda lane, *_: lane, stories.KIM, [("reply.held", "type")]),
    "gateway.saying.parts.LIMIT": (500, stories.BOB, [("reply.sending", "parts")]),
    "gateway.channels.statuses.RANKS": (
        {"delivered": 0, "read": 3, "undelivered": 4},
        stories.BOB,
        [("reply.delivered", "type")],
    ),
    "scheduler.reminding.saying.LATE": (timedelta(days=1), stories.BOB, [("reply.ready", "text")]),
    "scheduler.decider.next_due": (
        an_hour_later,
        stories.BOB,
        [("reminder.fired", "event_id"), ("reminder.fired", "due")],
    ),
    "scheduler.watches.decider._reaches": (never, stories.CLEO, NO_ALERT),
    "scheduler.watches.decider.LOST_AFTER": (
        timedelta(days=100),
        stories.DAN,
        [("watch.lost", "type"), ("reply.ready", "type")],
    ),
    "scheduler.watches.words.lost": (
        lambda *_: "gone",
        stories.DAN,
        [("reply.ready", "text")],
    ),
    "scheduler.watches.words.alert": (
        lambda *_, **_more: "cheaper",
        stories.DAN,
        [("reply.ready", "text")],
    ),
}


@pytest.mark.parametrize("name", CHANGED)
async def test_a_decider_that_was_changed_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, user, expected = CHANGED[name]
    monkeypatch.setattr(f"services.{name}", to)
    differences, tally = await verified(NEWEST, user)

    assert told(differences)[: len(expected)] == expected
    assert {one.service for one in differences} == {name.partition(".")[0]}
    assert not tally.proves


def told(differences: Sequence[Difference]) -> list[tuple[str, str]]:
    return [(one.at.event.type, change.field) for one in differences for change in one.changes]
