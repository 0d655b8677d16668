"""Contents by Twilio's own SDK, by the vendor's OpenAPI file, and what is refused."""

from datetime import datetime

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateInstance

from tests.contract.simulators.twilio.templates import (
    ANSWERS,
    BODY,
    CONTENTS,
    SAMPLE,
    ask,
    by_sdk,
    made,
    order,
    quick_reply,
    reviewed,
    submitted,
    text,
)
from tests.contract.simulators.twilio.test_spec import SPECS, violations
from tests.contract.simulators.twilio.world import (
    ACCOUNT,
    SDK_IS_BEHIND_AIOHTTP,
    serve_simulator,
)
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

FILE = "twilio_content_v1.json"
ONE = "/v1/Content/{Sid}"
SUBMITTED = "/v1/Content/{ContentSid}/ApprovalRequests/whatsapp"
APPROVALS = "/v1/Content/{Sid}/ApprovalRequests"
BOTH = "/v1/ContentAndApprovals"
LOCATION = {"twilio/location": {"latitude": 52.5, "longitude": 13, "label": "Here"}}
PICKER = {
    "twilio/list-picker": {
        "body": BODY,
        "button": "Choose",
        "items": [{"id": "a", "item": "This", "description": "one"}, {"id": "b", "item": "That"}],
    }
}
MEDIA = {"twilio/media": {"body": BODY, "media": ["https://bot.example.com/chart"]}}
needs_file = pytest.mark.skipif(
    not (SPECS / FILE).exists(),
    reason=f"no OpenAPI files in {SPECS}: set TASKFLOW_SPECS=<folder> and run "
    "pytest tests/contract/simulators/twilio/test_content.py",
)


@needs_file
async def test_every_answer_is_valid_by_the_vendors_file(world) -> None:
    sids: list[str] = []
    for types in (text(), quick_reply(), PICKER, MEDIA, text() | quick_reply()):
        status, content = await ask(world, "POST", CONTENTS, json=order(types))
        assert status == 201
        assert violations(FILE, CONTENTS, "post", "201", content) == []
        sids.append(content["sid"])
    _, place = await ask(world, "POST", CONTENTS, json={"language": "en", "types": LOCATION})
    assert violations(FILE, CONTENTS, "post", "201", place) == []
    for name, sid in zip(("fine", "Not Fine"), sids, strict=False):
        received = await submitted(world, sid, name)
        assert violations(FILE, SUBMITTED, "post", "201", received) == []
    await reviewed(world, sids[0])
    await reviewed(world, sids[1], "rejected")

    for sid in sids:
        _, fetched = await ask(world, "GET", f"{CONTENTS}/{sid}")
        assert violations(FILE, ONE, "get", "200", fetched) == []
        _, approvals = await ask(world, "GET", f"{CONTENTS}/{sid}/ApprovalRequests")
        assert violations(FILE, APPROVALS, "get", "200", approvals) == []
    for query in ("", "?PageSize=2", "?PageSize=2&Page=1", "?PageSize=9&Page=9"):
        for path in (CONTENTS, BOTH):
            _, listed = await ask(world, "GET", path + query)
            assert violations(FILE, path, "get", "200", listed) == []
    status, nothing = await ask(world, "DELETE", f"{CONTENTS}/{sids[0]}")
    assert (status, nothing) == (204, None)


@needs_file
def test_the_check_itself_notices_a_wrong_answer() -> None:
    wrong = {"sid": "HX1", "language": 7, "variables": []}

    assert len(violations(FILE, ONE, "get", "200", wrong)) == 3


async def test_the_sdk_makes_submits_reads_and_deletes_contents(world) -> None:
    def work(content):
        asked = ContentList.ContentCreateRequest(order(quick_reply()))
        made = content.contents.create(asked)
        named = ApprovalCreateInstance.ContentApprovalRequest(
            {"name": "reminder_1", "category": "UTILITY"}
        )
        received = content.contents(made.sid).approval_create.create(named)
        told = content.contents(made.sid).approval_fetch().fetch()
        listed = content.content_and_approvals.list()
        deleted = content.contents(made.sid).delete()
        return made, received, told, listed, deleted, content.contents.list()

    made, received, told, (both,), deleted, left = await by_sdk(world, work)

    assert made.types == quick_reply(), "no field of it is null"
    assert (made.friendly_name, made.language, made.variables) == ("reminder", "en", SAMPLE)
    assert made.account_sid == ACCOUNT
    assert isinstance(made.date_created, datetime)
    assert made.links["approval_fetch"] == f"{made.url}/ApprovalRequests"
    assert received.status == "received"
    assert (received.content_type, received.rejection_reason) == ("twilio/quick-reply", "")
    assert told.whatsapp["type"] == "whatsapp"
    assert told.whatsapp["name"] == both.approval_requests["name"] == "reminder_1"
    assert both.sid == made.sid
    assert (deleted, left) == (True, [])


async def test_contents_are_listed_in_pages_newest_first(world) -> None:
    sids = [await made(world, friendly_name=str(number)) for number in range(5)]

    def work(content):
        return (
            [one.sid for one in content.contents.list(page_size=2)],
            [one.sid for one in content.content_and_approvals.list(page_size=2)],
            content.contents.list(limit=3, page_size=2),
        )

    contents, both, three = await by_sdk(world, work)
    assert contents == both == sids[::-1]
    assert len(three) == 3
    _, first = await ask(world, "GET", f"{CONTENTS}?PageSize=2")
    assert (first["meta"]["key"], first["meta"]["page_size"]) == ("contents", 2)
    await made(world)
    _, second = await ask(world, "GET", first["meta"]["next_page_url"])
    assert [one["sid"] for one in second["contents"]] == [sids[2], sids[1]]
    _, back = await ask(world, "GET", second["meta"]["previous_page_url"])
    assert [one["sid"] for one in back["contents"]] == [sids[4], sids[3]]
    status, told = await ask(world, "GET", f"{CONTENTS}?PageToken=PAnobody")
    assert (status, told["code"]) == (400, 20001)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"friendly_name=reminder&language=en",
        b'{"language": "en"}',
        b'{"language": "en", "types": {}}',
        b'{"language": "en", "types": {"twilio/text": null}}',
        b'{"language": "en", "types": {"twilio/telepathy": {"body": "hi"}}}',
        b'{"types": {"twilio/text": {"body": "hi"}}}',
    ],
)
async def test_a_content_that_is_none_is_refused(world, body) -> None:
    status, told = await ask(world, "POST", CONTENTS, data=body)

    assert (status, told["code"], told["status"]) == (400, 20001, 400)
    assert await world.get("/_sim/twilio/contents") == []


async def test_the_sdk_raises_twilios_own_errors(world) -> None:
    sid = await made(world)
    await submitted(world, sid)

    def refusal(work):
        def refused(content):
            with pytest.raises(TwilioRestException) as error:
                work(content)
            return error.value.status, error.value.code

        return by_sdk(world, refused)

    unknown = "HX" + "0" * 32
    named = ApprovalCreateInstance.ContentApprovalRequest({"name": "a", "category": "UTILITY"})
    many = {str(number): "x" for number in range(1, 102)}
    wordy = order(variables=many)
    assert await refusal(lambda content: content.contents(unknown).fetch()) == (404, 20404)
    assert await refusal(lambda content: content.contents(unknown).delete()) == (404, 20404)
    assert await refusal(
        lambda content: content.contents(unknown).approval_create.create(named)
    ) == (404, 20404)
    assert await refusal(lambda content: content.contents(sid).approval_create.create(named)) == (
        400,
        92009,
    )
    assert await refusal(
        lambda content: content.contents.create(ContentList.ContentCreateRequest(wordy))
    ) == (400, 92002)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", CONTENTS),
        ("GET", CONTENTS),
        ("GET", BOTH),
        ("GET", f"{CONTENTS}/HX{'0' * 32}"),
        ("DELETE", f"{CONTENTS}/HX{'0' * 32}"),
        ("GET", f"{CONTENTS}/HX{'0' * 32}/ApprovalRequests"),
        ("POST", f"{CONTENTS}/HX{'0' * 32}/ApprovalRequests/whatsapp"),
    ],
)
async def test_each_refuses_a_wrong_token_and_too_many_requests(world, method, path) -> None:
    status, told = await ask(world, method, path, token="another")
    assert (status, told["code"]) == (401, 20003)

    await world.post("/_sim/faults", vendor="twilio-content", status=429)
    status, told = await ask(world, method, path)
    assert (status, told["code"]) == (429, 20429)


async def test_an_answer_can_be_lost_after_the_content_was_made(world) -> None:
    await world.post("/_sim/faults", vendor="twilio-content", status=500, after_accept=True)
    status, _ = await ask(world, "POST", CONTENTS, json=order())

    assert status == 500
    assert len(await world.get("/_sim/twilio/contents")) == 1


async def test_a_second_start_still_has_the_contents_and_goes_on_with_their_review(world) -> None:
    await world.post("/_sim/twilio/review", delay_ms=60_000)
    gone, kept = await made(world), await made(world, quick_reply())
    await submitted(world, kept)
    await ask(world, "DELETE", f"{CONTENTS}/{gone}")
    _, before = await ask(world, "GET", f"{CONTENTS}/{kept}")

    async with serve_simulator(world.settings) as url:
        _, after = await ask(world, "GET", f"{url}/twilio{CONTENTS}/{kept}")
        status, _ = await ask(world, "GET", f"{url}/twilio{CONTENTS}/{gone}")

        async def approved() -> bool:
            _, told = await ask(world, "GET", f"{url}/twilio{CONTENTS}/{kept}/ApprovalRequests")
            return told["whatsapp"]["status"] == "approved"

        await eventually(approved)
    assert status == 404
    told = ("sid", "types", "variables", "language", "date_created")
    assert [after[name] for name in told] == [before[name] for name in told]
    assert after["types"]["twilio/quick-reply"]["actions"] == ANSWERS


async def test_a_reset_forgets_contents_burnt_names_and_habits(world) -> None:
    await world.post("/_sim/twilio/review", verdict="reject", delay_ms=1)
    sid = await made(world)
    await submitted(world, sid)
    await reviewed(world, sid, "rejected")
    await world.post("/_sim/reset")

    assert await world.get("/_sim/twilio/contents") == []
    kept = world.settings.taskflow_home / "simulators" / "contents.jsonl"
    assert kept.read_text("utf-8") == ""
    assert (await world.post("/_sim/twilio/review"))["verdict"] == "approve"
    again = await made(world)
    await submitted(world, again)
    await reviewed(world, again)
