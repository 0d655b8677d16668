"""Media that people send, as Twilio serves them: to whoever may, by a redirect, until deleted."""

import base64

import pytest

from simulators.ogg import said_in, seconds, voice_note
from tests.contract.simulators.twilio.world import ACCOUNT, SDK_IS_BEHIND_AIOHTTP, TOKEN
from tests.support.files import png

pytestmark = SDK_IS_BEHIND_AIOHTTP
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}


async def sent(world, **more: object) -> tuple[str, str]:
    """The message's sid, and where its webhook says that its media lie."""
    told = {"file": base64.b64encode(png()).decode(), "media_type": "image/png"}
    said = await world.write("", **(more or told))
    return said["sid"], world.app.inbound()[-1].params["MediaUrl0"]


async def get(world, url: str, **headers: str) -> tuple[int, bytes, str]:
    async with world.http.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.read(), answer.headers.get("Location", "")


async def test_who_knows_the_account_is_sent_on_to_the_bytes(world) -> None:
    sid, url = await sent(world)

    assert url.startswith(
        f"{world.url}/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}/Media/ME"
    )
    status, body, to = await get(world, url, **BASIC)
    assert (status, body) == (307, b"")
    assert await get(world, world.url + to) == (200, png(), "")


async def test_nobody_else_is(world) -> None:
    _, url = await sent(world)

    assert (await get(world, url))[0] == 401
    _, _, to = await get(world, url, **BASIC)
    assert (await get(world, world.url + to.replace(to.split("/")[-2], "0" * 32)))[0] == 403


async def test_credentials_are_refused_where_the_bytes_lie(world) -> None:
    _, url = await sent(world)
    _, _, to = await get(world, url, **BASIC)

    assert (await get(world, world.url + to, **BASIC))[0] == 400


async def test_it_is_listed_and_deleted_by_the_sdk(world) -> None:
    sid, url = await sent(world)

    (listed,) = await world.twilio.messages(sid).media.list_async()
    assert listed.content_type == "image/png"
    await world.twilio.messages(sid).media(listed.sid).delete_async()

    assert (await get(world, url, **BASIC))[0] == 404
    assert (await world.twilio.messages(sid).fetch_async()).num_media == "0"


async def test_the_phone_shows_it_all_the_same(world) -> None:
    sid, _ = await sent(world)
    (listed,) = await world.twilio.messages(sid).media.list_async()
    await world.twilio.messages(sid).media(listed.sid).delete_async()

    async with world.http.get(f"{world.url}/_media/{sid}") as answer:
        assert (answer.status, await answer.read()) == (200, png())
        assert answer.content_type == "image/png"


async def test_a_fault_strikes_the_bytes_alone(world) -> None:
    _, url = await sent(world)
    await world.post("/_sim/faults", vendor="twilio-media", status=503)

    assert (await get(world, url, **BASIC))[0] == 503
    assert (await get(world, url, **BASIC))[0] == 307


async def test_a_voice_note_is_sound_and_its_comment_holds_the_words(world) -> None:
    await world.write("", voice="call mom, please")
    hook = world.app.inbound()[-1].params

    assert (hook["MessageType"], hook["Body"]) == ("audio", "")
    assert hook["MediaContentType0"] == "audio/ogg"
    _, _, to = await get(world, hook["MediaUrl0"], **BASIC)
    _, data, _ = await get(world, world.url + to)
    assert said_in(data) == "call mom, please"
    assert seconds(data) > 1


@pytest.mark.parametrize("said", ["a", "größer " * 500, "=\x00="])
def test_any_words_fit_into_a_voice_note(said: str) -> None:
    assert said_in(voice_note(said)) == said


async def test_a_place_is_told_as_twilio_tells_it(world) -> None:
    place = {"latitude": "52.52", "longitude": "13.41", "label": "Alexanderplatz"}
    await world.write("", place=place)

    told = world.app.inbound()[-1].params
    assert (told["MessageType"], told["NumMedia"], told["Body"]) == ("location", "0", "")
    assert (told["Latitude"], told["Longitude"]) == ("52.52", "13.41")
    assert told["Label"] == "Alexanderplatz"


@pytest.mark.parametrize(
    "shared",
    [
        {"voice": "hi"},
        {"contact": {"name": "Grace", "number": "+1 555"}},
        {"place": {"latitude": "1", "longitude": "2"}},
        {"file": {"content_type": "application/pdf", "data": "JVBERi0=", "name": "a.pdf"}},
    ],
    ids=lambda shared: next(iter(shared)),
)
async def test_the_page_shares_and_forwards(world, shared: dict[str, object]) -> None:
    user = "+15551230001"
    said = await world.post("/phone/messages", user=user, **shared)
    again = await world.post("/phone/forwarded", user=user, sid=said["sid"])

    first, second = (hook.params for hook in world.app.inbound())
    assert second["Forwarded"] == "true"
    assert second["MessageSid"] == again["sid"]
    for name in ("MediaContentType0", "Latitude", "MessageType"):
        assert first.get(name) == second.get(name)


async def test_the_page_takes_one_thing_at_a_time_and_never_nothing(world) -> None:
    user = "+15551230001"
    for wrong in ({}, {"voice": "hi", "contact": {"name": "G", "number": "1"}}):
        async with world.http.post(
            f"{world.url}/phone/messages", json={"user": user, **wrong}
        ) as answer:
            assert answer.status == 422


async def test_a_message_may_quote_another(world) -> None:
    first = await world.post("/phone/messages", user="+15551230001", body="hello")
    await world.post("/phone/messages", user="+15551230001", body="again", quotes=first["sid"])

    assert world.app.inbound()[-1].params["OriginalRepliedMessageSid"] == first["sid"]
