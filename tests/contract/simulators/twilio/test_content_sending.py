"""Contents sent: rendered, in the window and out of it, and the buttons under them."""

import json

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.contract.simulators.twilio.templates import (
    CONTENTS,
    approved,
    ask,
    list_picker,
    made,
    quick_reply,
    reviewed,
    submitted,
    text,
)
from tests.contract.simulators.twilio.test_content import LOCATION, MEDIA, PICKER
from tests.contract.simulators.twilio.world import NUMBER, SDK_IS_BEHIND_AIOHTTP, World
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

PNG = b"\x89PNG\r\n\x1a\n..."
FILLED = "You asked me to remind you of a walk today."
CARD = {"twilio/card": {"title": "Your reminder"}}


async def send(world: World, content: str, variables: dict[str, str] | None = None, **more) -> str:
    given = {"content_variables": json.dumps(variables)} if variables is not None else {}
    about = {"body": None, "content_sid": content, "status_callback": world.callback}
    return await world.send(**(about | given | more))


async def outcome(world: World, sid: str) -> str:
    """ "delivered", or the error's number."""

    async def ended() -> str | None:
        statuses = world.app.statuses(sid)
        if statuses[-1:] == ["failed"]:
            params = [hook.params for hook in world.app.hooks if hook.path != "/webhook"]
            return next(one["ErrorCode"] for one in params if one["MessageSid"] == sid)
        return "delivered" if "delivered" in statuses else None

    return await eventually(ended)


async def shown(world: World) -> dict[str, object]:
    return (await world.get("/_sim/phone/messages", user=NUMBER))[-1]


async def test_an_approved_template_arrives_outside_the_window(world) -> None:
    content = await approved(world)
    sid = await send(world, content, {"1": "a walk"})

    assert await outcome(world, sid) == "delivered"
    assert (await shown(world))["body"] == FILLED
    assert (await shown(world))["template"] == content
    [listed] = await world.twilio.messages.list_async()
    assert (listed.body, listed.sid[:2], listed.num_media) == (FILLED, "SM", "0")


@pytest.mark.parametrize(
    "status", ["unsubmitted", "received", "pending", "paused", "rejected", "disabled"]
)
async def test_what_is_not_approved_fails_outside_the_window_and_arrives_in_it(
    world, status
) -> None:
    if status == "received":
        await world.post("/_sim/twilio/review", delay_ms=60_000)
    content = await made(world)
    if status != "unsubmitted":
        await submitted(world, content)
    if status not in {"unsubmitted", "received"}:
        await reviewed(world, content)
        await world.post("/_sim/twilio/contents/status", sid=content, status=status)

    assert await outcome(world, await send(world, content)) == "63016"
    await world.write("hi")
    assert await outcome(world, await send(world, content)) == "delivered"


@pytest.mark.parametrize("types", [text(), quick_reply(), PICKER, LOCATION, MEDIA])
async def test_any_free_type_arrives_in_the_window_without_approval(world, types) -> None:
    world.app.media["/chart"] = ("image/png", PNG)
    variables = {} if types is LOCATION else {"1": "a walk"}
    content = await made(world, types, variables=variables)
    await world.write("hi")
    sid = await send(world, content, variables)

    assert await outcome(world, sid) == "delivered"
    message = await shown(world)
    assert message["body"] == ("Here\n52.5, 13" if types is LOCATION else FILLED)
    assert message["has_picture"] == (types is MEDIA)
    assert sid[:2] == ("MM" if types is MEDIA else "SM")


async def test_a_card_needs_approval_in_the_window_too(world) -> None:
    content = await made(world, CARD, variables={})
    await world.write("hi")
    assert await outcome(world, await send(world, content)) == "63016"

    await submitted(world, content)
    await reviewed(world, content)
    assert await outcome(world, await send(world, content)) == "delivered"


async def test_a_variable_that_is_not_given_has_its_sample(world) -> None:
    content = await made(world, text("From {{1}} until {{2}}."), variables={"1": "9", "2": "17"})
    await world.write("hi")
    await send(world, content, {"2": "18"})

    assert (await shown(world))["body"] == "From 9 until 18."


@pytest.mark.parametrize("value", ["", " ", "a\nwalk", "a\twalk", "a     walk"])
async def test_whatsapp_takes_no_such_variable(world, value) -> None:
    content = await approved(world)

    assert await outcome(world, await send(world, content, {"1": value})) == "63013"
    await world.write("hi")
    assert await outcome(world, await send(world, content, {"1": value})) == "63013"


async def test_a_template_has_its_length_with_the_variables_filled_in(world) -> None:
    content = await approved(world)
    room = 1024 - len(FILLED) + len("a walk")

    assert await outcome(world, await send(world, content, {"1": "x" * room})) == "delivered"
    assert await outcome(world, await send(world, content, {"1": "x" * (room + 1)})) == "63021"


async def test_only_an_approved_template_has_more_than_three_buttons(world) -> None:
    actions = [{"title": f"Answer {number}"} for number in range(4)]
    content = await made(world, quick_reply(actions=actions))
    await world.write("hi")
    assert await outcome(world, await send(world, content)) == "63021"

    await submitted(world, content)
    await reviewed(world, content)
    assert await outcome(world, await send(world, content)) == "delivered"


async def test_what_cannot_be_sent_is_refused_at_once(world) -> None:
    content = await made(world)
    deleted = await made(world)
    await ask(world, "DELETE", f"{CONTENTS}/{deleted}")

    async def refused(sid: str | None, variables: str, **more: str) -> int:
        with pytest.raises(TwilioRestException) as error:
            await send(world, sid, content_variables=variables, **more)
        assert error.value.status == 400
        return error.value.code

    assert await refused("HX" + "0" * 32, "{}") == 21655
    assert await refused(deleted, "{}") == 21655
    assert await refused(content, "walk") == 21656
    assert await refused(None, '{"1": "a walk"}', body="hi") == 21654
    assert await world.get("/_sim/twilio/accepted") == []


async def test_the_buttons_come_filled_in_and_stay_over_a_restart(world) -> None:
    content = await approved(world, quick_reply())
    sid = await send(world, content, {"1": "a walk"})
    await outcome(world, sid)

    told = {"Done": "done-a walk", "Later": "Later"}
    buttons = [{"title": one, "id": id_, "description": None} for one, id_ in told.items()]
    assert (await shown(world))["buttons"] == buttons
    journal = world.settings.taskflow_home / "simulators" / "phone.jsonl"
    assert json.loads(journal.read_text("utf-8").splitlines()[-1])["message"]["buttons"] == buttons


@pytest.mark.parametrize(("is_template", "kind"), [(True, "button"), (False, "interactive")])
async def test_a_pressed_button_tells_what_it_stands_for(world, is_template, kind) -> None:
    await world.write("hi")
    content = await (approved if is_template else made)(world, quick_reply())
    sid = await send(world, content, {"1": "a walk"})
    await outcome(world, sid)
    answer = await world.post("/_sim/phone/pressed", sid=sid, title="Done")

    params = world.app.inbound()[-1].params
    assert (params["MessageType"], params["Body"]) == (kind, "Done")
    assert (params["ButtonText"], params["ButtonPayload"]) == ("Done", "done-a walk")
    assert params["OriginalRepliedMessageSid"] == sid
    assert params["OriginalRepliedMessageSender"] == "whatsapp:+14155238886"
    assert params["From"] == f"whatsapp:{NUMBER}"
    assert world.app.is_signed(world.app.inbound()[-1], "https://bot.example.com/webhook")
    assert (params["MessageSid"], answer["webhook_status"]) == (answer["sid"], 200)


async def test_a_button_that_is_not_there_cannot_be_pressed(world) -> None:
    await world.write("hi")
    sid = await world.send("no buttons")
    for path in ("/_sim/phone/pressed", "/phone/pressed"):
        for pressed in (sid, "SM" + "0" * 32):
            body = {"sid": pressed, "title": "Done"}
            async with world.http.post(world.url + path, json=body) as response:
                assert response.status == 404
                assert (await response.json())["error"]


async def test_a_press_opens_the_window(world) -> None:
    content = await approved(world, quick_reply())
    sid = await send(world, content)
    await outcome(world, sid)
    await world.post("/phone/pressed", sid=sid, title="Later")

    assert await outcome(world, await world.send(status_callback=world.callback)) == "delivered"


@pytest.mark.parametrize(
    ("actions", "ended"),
    [
        ([{"title": "Yes", "id": "1"}, {"title": "No", "id": "2"}], "delivered"),
        ([{"title": "Yes", "id": "1"}, {"title": "No", "id": "1"}], "63021"),
        ([{"title": "Yes", "id": "1"}, {"title": "Yes", "id": "2"}], "63021"),
    ],
)
async def test_no_button_stands_twice_under_a_message(world, actions, ended) -> None:
    await world.write("hello")
    content = await made(world, quick_reply("Shall I do {{1}}?", actions))

    assert await outcome(world, await send(world, content, {"1": "it"})) == ended


async def test_a_list_comes_filled_in_and_a_pick_tells_what_it_stands_for(world) -> None:
    await world.write("hi")
    sid = await send(world, await made(world, list_picker()), {"1": "warm and dry"})
    assert await outcome(world, sid) == "delivered"
    on_phone = await shown(world)
    assert (on_phone["body"], on_phone["opens"]) == ("Where to?", "Choose")
    assert on_phone["buttons"] == [
        {"title": "Lisbon", "id": "words-1", "description": "warm and dry"},
        {"title": "Oslo", "id": "words-2", "description": None},
    ]

    await world.post("/_sim/phone/pressed", sid=sid, title="Oslo")
    params = world.app.inbound()[-1].params
    assert (params["MessageType"], params["Body"]) == ("interactive", "Oslo")
    assert (params["ListTitle"], params["ListId"]) == ("Oslo", "words-2")
    assert params["OriginalRepliedMessageSid"] == sid
    assert "ButtonPayload" not in params


async def test_a_list_is_for_a_conversation_alone(world) -> None:
    sid = await send(world, await made(world, list_picker()), {"1": "warm"})
    assert await outcome(world, sid) == "63016"


@pytest.mark.parametrize(
    ("changes", "ended"),
    [
        ({"button": "{{1}}", "items": [{"item": "A", "id": "1"}]}, "63021"),
        ({"items": [{"item": "{{1}}", "id": "1"}]}, "63021"),
        ({"items": [{"item": "A", "id": "1"}, {"item": "A", "id": "{{1}}"}]}, "63021"),
        ({"items": [{"item": "A", "id": "1", "description": "{{1}}"}]}, "delivered"),
    ],
)
async def test_whatsapp_has_limits_of_its_own_for_lists(world, changes, ended) -> None:
    await world.write("hi")
    content = await made(world, list_picker(**changes))
    assert await outcome(world, await send(world, content, {"1": "x" * 30})) == ended
