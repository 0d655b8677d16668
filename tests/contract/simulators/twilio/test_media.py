"""Media on their way to a phone: fetched and checked by Twilio, kept, and shown by the page."""

import pytest
from twilio.base.exceptions import TwilioRestException

from simulators.twilio.media import MOST_OF_AN_IMAGE
from tests.contract.simulators.twilio.world import (
    ADA,
    SDK_IS_BEHIND_AIOHTTP,
    SENDER,
    serve_simulator,
)
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

PNG = b"\x89PNG\r\n\x1a\n" + b"a chart" * 20
PUBLIC = "https://bot.example.com"


async def test_twilio_fetches_what_it_sends_and_the_page_shows_its_copy(world) -> None:
    world.app.media["/media/1"] = ("image/png", PNG)
    await world.write("hi")
    sid = await world.send(
        "*now* €65", media_url=[f"{PUBLIC}/media/1?mac=a%2Fb"], status_callback=world.callback
    )
    await eventually(lambda: world.app.statuses(sid) == ["sent", "delivered"])

    assert sid.startswith("MM")
    assert world.app.fetched == ["/media/1?mac=a%2Fb"]
    shown = (await world.get("/_sim/phone/messages", user="+15551230001"))[-1]
    assert (shown["body"], shown["has_picture"]) == ("*now* €65", True)
    assert (shown["media_type"], shown["media_url"]) == (
        "image/png",
        f"{PUBLIC}/media/1?mac=a%2Fb",
    )
    async with world.http.get(f"{world.url}/_media/{sid}") as picture:
        assert (picture.content_type, await picture.read()) == ("image/png", PNG)
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in picture.headers["Content-Security-Policy"]


async def test_a_picture_needs_no_text(world) -> None:
    world.app.media["/media/1"] = ("image/png", PNG)
    await world.write("hi")
    made = await world.twilio.messages.create_async(
        to=ADA, from_=SENDER, media_url=[f"{world.app.url}/media/1"], status_callback=world.callback
    )
    await eventually(lambda: "delivered" in world.app.statuses(made.sid))


async def test_media_are_listed_below_their_message(world) -> None:
    world.app.media["/media/1"] = ("image/jpeg; charset=binary", b"\xff\xd8\xff...")
    await world.write("hi")
    sid = await world.send(media_url=[f"{PUBLIC}/media/1"], status_callback=world.callback)
    await eventually(lambda: "delivered" in world.app.statuses(sid))
    plain = await world.send("no picture")

    (one,) = await world.twilio.messages(sid).media.list_async()
    assert (one.content_type, one.parent_sid, one.sid[:2]) == ("image/jpeg", sid, "ME")
    assert (await world.twilio.messages(sid).media(one.sid).fetch_async()).sid == one.sid
    assert (await world.twilio.messages(sid).fetch_async()).num_media == "1"
    assert await world.twilio.messages(plain).media.list_async() == []
    with pytest.raises(TwilioRestException) as refused:
        await world.twilio.messages(plain).media(one.sid).fetch_async()
    assert (refused.value.status, refused.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("content_type", "data", "code"),
    [
        ("image/png", b"", 63019),
        ("image/png", PNG + bytes(MOST_OF_AN_IMAGE), 11751),
        ("text/html", b"<html>", 12300),
        ("image/svg+xml", b"<svg>", 12300),
        ("image/png", b"<html>", 12300),
    ],
    ids=["empty", "too large", "no medium", "not on WhatsApp", "not what it says"],
)
async def test_what_whatsapp_would_not_take_fails_later(world, content_type, data, code) -> None:
    world.app.media["/media/1"] = (content_type, data)
    await world.write("hi")
    sid = await world.send(media_url=[f"{PUBLIC}/media/1"], status_callback=world.callback)
    await eventually(lambda: world.app.statuses(sid) == ["failed"])

    assert world.app.hooks[-1].params["ErrorCode"] == str(code)
    assert (await world.twilio.messages(sid).fetch_async()).error_code == code
    async with world.http.get(f"{world.url}/_media/{sid}") as picture:
        assert picture.status == 404


@pytest.mark.parametrize(
    "url",
    [f"{PUBLIC}/missing", "http://127.0.0.1:9/x.png", "https://elsewhere.example.org/x.png"],
    ids=["not found", "nobody there", "not on this machine"],
)
async def test_what_cannot_be_fetched_fails_later(world, url) -> None:
    await world.write("hi")
    sid = await world.send(media_url=[url], status_callback=world.callback)
    await eventually(lambda: world.app.statuses(sid) == ["failed"])

    assert world.app.hooks[-1].params["ErrorCode"] == "63019"


async def test_a_document_is_no_picture_and_is_saved(world) -> None:
    world.app.media["/media/1"] = ("application/pdf", b"%PDF-1.7")
    await world.write("hi")
    sid = await world.send(media_url=[f"{PUBLIC}/media/1"], status_callback=world.callback)
    await eventually(lambda: "delivered" in world.app.statuses(sid))

    shown = (await world.get("/_sim/phone/messages", user="+15551230001"))[-1]
    assert (shown["media_type"], shown["has_picture"]) == ("application/pdf", False)
    async with world.http.get(f"{world.url}/_media/{sid}") as answer:
        assert (answer.status, await answer.read()) == (200, b"%PDF-1.7")
        assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_second_start_still_shows_the_picture_and_a_reset_does_not(world) -> None:
    world.app.media["/media/1"] = ("image/png", PNG)
    await world.write("hi")
    sid = await world.send(media_url=[f"{PUBLIC}/media/1"], status_callback=world.callback)
    await eventually(lambda: "delivered" in world.app.statuses(sid))
    world.app.media.clear()

    async with serve_simulator(world.settings) as again:
        async with world.http.get(f"{again}/_media/{sid}") as picture:
            assert await picture.read() == PNG
        async with world.http.post(f"{again}/_sim/reset") as answer:
            assert answer.status == 200
        async with world.http.get(f"{again}/_media/{sid}") as picture:
            assert picture.status == 404
    assert list((world.settings.taskflow_home / "simulators").rglob("MM*")) == []


@pytest.mark.parametrize("sid", ["MM" + "0" * 32, "..%2Fphone.jsonl", "%00"])
async def test_the_page_shows_nothing_else_of_the_disk(world, sid) -> None:
    await world.write("hi")
    async with world.http.get(f"{world.url}/_media/{sid}") as answer:
        assert answer.status == 404
