"""Slots never change: an append that is made again must find the slot that it took before."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest

from contracts import slots
from tests.support.machine_zone import machine_in

A = UUID("11111111-1111-4111-8111-111111111111")
B = UUID("22222222-2222-4222-8222-222222222222")
STREAM = "conversation-11111111-1111-4111-8111-111111111111"
DUE = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
IN_BERLIN = DUE.astimezone(timezone(timedelta(hours=1)))

EXAMPLES: list[tuple[Callable[..., UUID], tuple[object, ...], str]] = [
    (slots.event_id, (A, 0), "c09c0359-59c7-5f10-8f5b-86a795c831fe"),
    (slots.event_id, (A, 1), "92f0384d-2d79-5b67-a3d6-21b20cc7c384"),
    (slots.message, ("SM1",), "13950f14-75c2-5682-b3e6-d36ed528c5f5"),
    (slots.media, (A, 0), "a40844c1-15d1-5ebd-b612-be2749249059"),
    (slots.media, (A, 1), "32afee57-aded-5f58-b107-4195d097ec26"),
    (slots.voice, (A, 0), "46c246f5-a9a3-56a5-8d44-95d628dec71e"),
    (slots.voice, (A, 1), "6b6979b1-ac28-54e6-8ffa-35ffd1b23ca3"),
    (slots.turn, (STREAM, 0), "a71322b4-3f0b-5269-b501-f2288b21b3dc"),
    (slots.turn, (STREAM, 1), "c97c5c42-5e06-5275-900f-939906bb93da"),
    (slots.step, (A, 0), "fa1235a1-76c6-535c-894b-f82c9a4d2d0a"),
    (slots.step, (A, 1), "7c0fa4f2-4188-5ff1-b56e-f7d921a57098"),
    (slots.outcome, (A,), "67cbe273-e92d-54f4-a699-f6562ed28ab2"),
    (slots.claim, (A, 0, 0), "a555d786-1895-58b8-b762-5c9447cab81e"),
    (slots.claim, (A, 1, 0), "f2b96cb0-33f1-5d67-b222-f75780cd28b4"),
    (slots.claim, (A, 0, 1), "1724f0ca-6387-5124-9e98-9e5d1a0c58bb"),
    (slots.send_outcome, (A, 0, 0), "912dfcf4-a043-563c-8b55-c056ca8d7cf3"),
    (slots.send_outcome, (A, 1, 0), "c9769425-1fa4-5e19-8383-a4f4db2ae37f"),
    (slots.send_outcome, (A, 0, 1), "59ae7ddd-10b4-55a3-af75-f8b09dbfca78"),
    (slots.delivery, ("SM1", "read"), "c2076dc7-9fc7-54f5-a4db-58f4f4c48257"),
    (slots.delivery, ("SM1", "delivered"), "4a620ad9-43e2-5fc5-a783-433c91fb4ca5"),
    (slots.resumes, (A,), "38d6b8a4-163d-5955-a210-4b2f1551b59a"),
    (slots.line, (A,), "947a50c2-49a7-586d-83a0-c8e482956ba6"),
    (slots.over, (A,), "07196163-7487-57c3-8e4b-19ded168b0df"),
    (slots.heard, (A, 0, 0), "d2dfc1e3-5cca-5c90-bce8-30c9acd5dcc4"),
    (slots.heard, (A, 1, 0), "c2c3d0ba-d468-5374-81e8-49f223bd6c0a"),
    (slots.heard, (A, 0, 1), "f9ce813a-9985-52b3-8fb7-65992affe9bf"),
    (slots.learned, (A,), "4b34adef-bfb9-50d1-a8ef-9708a11a20e5"),
    (slots.reminder_set, (A,), "18f21f04-15c3-5dbc-b602-1d8343969453"),
    (slots.occurrence, (A, DUE), "a0c5fef1-44d7-5604-893e-79d5679eff4b"),
    (slots.follow_up, (A, DUE), "1d215dd8-eba0-5b3f-abe3-c03c293a3be9"),
    (slots.waited, (STREAM, 1), "b6f40108-0667-5a95-bee4-d86504ce3bf3"),
    (slots.waited, (STREAM, 2), "c3020b09-c91d-526c-af99-1c07b2b26d9c"),
    (slots.watch_set, (A,), "dcef8f3a-0b93-546f-acbe-b0a4b9e12950"),
    (slots.look, (A, DUE), "9018f72b-6da0-5aeb-802a-e1aafe480ff6"),
    (slots.alert, (A, DUE), "21633dfe-73f3-5ad5-bc2a-48534f13f502"),
    (slots.summary, (STREAM, 0), "2f8e2d54-e160-55ec-9df3-de7422e3b05a"),
    (slots.summary, (STREAM, 1), "a648d414-5148-5871-8677-ffe648a1a57e"),
    (slots.retry, (A,), "6353c541-554e-5142-bef4-229bca252c94"),
    (slots.offer, ("search_web", "f1"), "e33cae43-cf38-5933-b504-e36928b662da"),
    (slots.offer, ("search_web", "f2"), "8b010a9a-4e41-5ce0-9975-9b1026150238"),
    (slots.template, ("reminder", "en", "{{1}}"), "264f7b49-4e34-5d91-9fad-76d6c07e35b2"),
    (
        slots.template,
        ("reminder", "en", "{{1}}", ("done", "hour")),
        "a249d082-59c7-5b12-8efa-86b93f8fb0b9",
    ),
    (slots.template_review, ("HX1", 0), "4f97c40c-c260-5017-b1a2-6c4ecc130075"),
    (slots.template_review, ("HX1", 1), "13321ba2-6322-5ab1-8673-fdc8387e3a4e"),
    (slots.forgotten, (A,), "be457d01-a586-5bd5-900c-7aa07bd030e6"),
]


@pytest.mark.parametrize(("slot", "of", "known"), EXAMPLES)
def test_a_slot_is_where_logs_of_earlier_releases_have_it(
    slot: Callable[..., UUID], of: tuple[object, ...], known: str
) -> None:
    assert slot(*of) == UUID(known)


def test_every_slot_is_pinned() -> None:
    functions = [
        node.name
        for node in ast.parse(Path(slots.__file__).read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert functions == list(dict.fromkeys(slot.__name__ for slot, _, _ in EXAMPLES))


def test_no_two_decisions_share_a_slot() -> None:
    for (_, _, one), (_, _, another) in combinations(EXAMPLES, 2):
        assert one != another


@pytest.mark.parametrize("slot", [slots.occurrence, slots.follow_up, slots.look, slots.alert])
def test_an_instant_has_one_slot_in_every_zone(slot: Callable[[UUID, datetime], UUID]) -> None:
    assert slot(A, IN_BERLIN) == slot(A, DUE)
    assert slot(A, DUE) != slot(A, DUE + timedelta(seconds=1))
    assert slot(A, DUE) != slot(B, DUE)


@pytest.mark.parametrize(
    ("slot", "known"), [(slot, known) for slot, of, known in EXAMPLES if DUE in of]
)
def test_a_machine_with_another_zone_finds_the_same_slot(
    slot: Callable[[UUID, datetime], UUID], known: str
) -> None:
    with machine_in("Asia/Tokyo"):
        assert slot(A, DUE) == UUID(known)
