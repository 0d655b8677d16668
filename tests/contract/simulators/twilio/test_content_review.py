"""WhatsApp's review as the sender of templates sees it, and the side door to it."""

import pytest

from tests.contract.simulators.twilio.templates import (
    CONTENTS,
    approval,
    approved,
    ask,
    made,
    reviewed,
    submitted,
    text,
)
from tests.contract.simulators.twilio.world import SDK_IS_BEHIND_AIOHTTP

pytestmark = SDK_IS_BEHIND_AIOHTTP


async def test_a_content_is_unsubmitted_received_pending_and_approved(world) -> None:
    await world.post("/_sim/twilio/review", delay_ms=80)
    sid = await made(world)
    assert await approval(world, sid) == {
        "type": "whatsapp",
        "name": "",
        "category": "",
        "content_type": "",
        "status": "unsubmitted",
        "rejection_reason": "",
        "allow_category_change": True,
    }
    assert await submitted(world, sid) == {
        "name": "reminder_1",
        "category": "UTILITY",
        "content_type": "twilio/text",
        "status": "received",
        "rejection_reason": "",
        "allow_category_change": True,
    }

    assert (await approval(world, sid))["status"] == "received"
    await reviewed(world, sid, "pending")
    assert (await reviewed(world, sid))["rejection_reason"] == ""
    [shown] = await world.get("/_sim/twilio/contents")
    assert (shown["sid"], shown["status"], shown["name"]) == (sid, "approved", "reminder_1")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("{{1}} is what you asked me to remind you of", "reminder_1"),
        (None, "Reminder 1"),
    ],
)
async def test_what_breaks_whatsapps_rules_is_rejected(world, body, name) -> None:
    sid = await made(world, text(body) if body else None)
    await submitted(world, sid, name)

    assert (await reviewed(world, sid, "rejected"))["rejection_reason"].startswith("INVALID_FORMAT")


async def test_a_rejected_name_is_never_taken_again(world) -> None:
    await world.post("/_sim/twilio/review", verdict="reject", reason="ABUSIVE_CONTENT", delay_ms=1)
    first = await made(world)
    await submitted(world, first)
    assert (await reviewed(world, first, "rejected"))["rejection_reason"] == "ABUSIVE_CONTENT"
    await world.post("/_sim/twilio/review", verdict="approve")
    await ask(world, "DELETE", f"{CONTENTS}/{first}")

    second, third = await made(world), await made(world)
    await submitted(world, second)
    await submitted(world, third, "reminder_2")
    assert "rejected before" in (await reviewed(world, second, "rejected"))["rejection_reason"]
    await reviewed(world, third)


async def test_a_review_can_leave_a_content_pending(world) -> None:
    await world.post("/_sim/twilio/review", verdict="leave", delay_ms=1)
    sid = await made(world)
    await submitted(world, sid)
    await reviewed(world, sid, "pending")
    await world.post("/_sim/twilio/contents/status", sid=sid, status="approved")

    assert (await approval(world, sid))["status"] == "approved"


@pytest.mark.parametrize("status", ["paused", "rejected", "disabled", "pending"])
async def test_a_template_can_be_taken_away(world, status) -> None:
    sid = await approved(world)
    shown = await world.post(
        "/_sim/twilio/contents/status", sid=sid, status=status, reason="people complained"
    )

    told = await approval(world, sid)
    assert shown["status"] == told["status"] == status
    assert told["rejection_reason"] == "people complained"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"sid": "HX" + "0" * 32, "status": "approved"}, 404),
        ({"sid": "HX" + "0" * 32, "status": "lost"}, 422),
        ({"sid": "", "status": "approved"}, 422),
    ],
)
async def test_the_side_door_says_what_is_wrong(world, change, status) -> None:
    path = f"{world.url}/_sim/twilio/contents/status"
    async with world.http.post(path, json=change) as response:
        assert response.status == status
        assert (await response.json())["error"]


async def test_what_was_not_submitted_has_no_status_to_set(world) -> None:
    change = {"sid": await made(world), "status": "approved"}
    path = f"{world.url}/_sim/twilio/contents/status"
    async with world.http.post(path, json=change) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"category": "UTILITY"}',
        b'{"name": "", "category": "UTILITY"}',
        b'{"name": "reminder"}',
        b'{"name": "reminder", "category": "utility"}',
        b'{"name": "reminder", "category": "UTILITY", "allow_category_change": "no"}',
    ],
)
async def test_a_submission_that_is_none_is_refused(world, body) -> None:
    sid = await made(world)
    path = f"{CONTENTS}/{sid}/ApprovalRequests/whatsapp"
    status, told = await ask(world, "POST", path, data=body)

    assert (status, told["code"]) == (400, 20001)
    assert (await approval(world, sid))["status"] == "unsubmitted"
