"""Pictures on their way out: fetched by Twilio at a signed address, shown on the phone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.links import PictureLinks
from services.gateway.lane import FOLD
from services.gateway.saying.sayable import GONE
from taskflow import clock
from taskflow.log.appending import Write
from taskflow.privacy.media import MediaStore
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually
from tests.support.forgetting import destroy_key

pytestmark = pytest.mark.integration

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK = b"PK\x03\x04 a workbook" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"a chart" * 100


async def a_picture(house: House, runtime: Runtime) -> UUID:
    media = MediaStore(runtime.pool, house.vault)
    return (await media.put(await house.user(), "image/png", PNG)).id


async def show(house: House, picture: UUID, text: str = "**now** €65") -> Recorded[Any]:
    user = await house.user()
    reply = ReplyReady(turn=None, kind="answer", text=text, picture=picture)
    write = Write(streams.conversation(user), [reply], user)
    return (await house.log.append([write], slots.retry(uuid4()))).events[0]


async def on_the_phone(house: House, count: int) -> list[dict[str, Any]]:
    async def arrived() -> list[dict[str, Any]]:
        messages = await house.accepted()
        done = [one for one in messages if one["status"] in {"delivered", "failed"}]
        return messages if len(done) == count else []

    return await eventually(arrived, 15)


async def asked(house: House, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    async with house.http.request(method, house.url + path) as answer:
        return answer.status, dict(answer.headers), await answer.read()


async def test_a_picture_arrives_with_its_caption(house: House, runtime: Runtime) -> None:
    picture = await a_picture(house, runtime)
    await show(house, picture)
    (message,) = await on_the_phone(house, 1)

    assert message["sid"].startswith("MM")
    assert (message["body"], message["status"]) == ("*now* €65", "delivered")
    assert message["media_url"].startswith(f"{house.url}/media/{picture}?mac=")
    assert (message["has_picture"], message["media_type"]) == (True, "image/png")
    async with house.http.get(f"{house.sim}/_media/{message['sid']}") as shown:
        assert (shown.content_type, await shown.read()) == ("image/png", PNG)
        assert shown.headers["X-Content-Type-Options"] == "nosniff"


async def test_only_the_first_part_has_the_picture(house: House, runtime: Runtime) -> None:
    await show(house, await a_picture(house, runtime), "word " * 500)
    first, second = await on_the_phone(house, 2)

    assert [one["has_picture"] for one in (first, second)] == [True, False]
    assert len(first["body"]) <= 1024


async def test_a_picture_that_is_gone_leaves_the_text(house: House, runtime: Runtime) -> None:
    await show(house, uuid4())
    (message,) = await on_the_phone(house, 1)

    assert (message["media_url"], message["body"]) == (None, "*now* €65")


async def test_a_picture_whose_answer_was_lost_is_found_and_sent_once(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", status=0, after_accept=True)
    await show(house, await a_picture(house, runtime))

    async def settled() -> bool:
        stream = streams.conversation(await house.user())
        return (await runtime.folds.fold(stream, FOLD)).state.driver is None

    await eventually(settled, 20)
    (sent,) = await house.events("reply.sent")
    (message,) = await house.accepted()
    assert (sent.event.known_by, sent.event.message_ref) == ("list", message["sid"])


async def test_its_address_is_good_for_that_picture_and_nothing_else(
    house: House, runtime: Runtime
) -> None:
    links = PictureLinks(house.settings.master_keys, house.url)
    picture, other = [await a_picture(house, runtime) for _ in range(2)]
    path = links.url(picture).removeprefix(house.url)

    status, headers, data = await asked(house, path)
    assert (status, data) == (200, PNG)
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Length"] == str(len(PNG))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"].startswith("private")
    status, headers, data = await asked(house, path, "HEAD")
    assert (status, headers["Content-Length"], data) == (200, str(len(PNG)), b"")

    for wrong in (
        path[:-1],
        path.partition("?")[0],
        path.partition("=")[0] + "=",
        path.replace(str(picture), str(other)),
        path.replace(str(picture), "nothing"),
        path.partition("=")[0] + "=%F0%9F%91%8B%00",
    ):
        assert (await asked(house, wrong))[0] == 403, wrong
    unknown = links.url(uuid4()).removeprefix(house.url)
    assert (await asked(house, unknown))[0] == 404


async def test_a_forgotten_users_picture_is_gone(house: House, runtime: Runtime) -> None:
    links = PictureLinks(house.settings.master_keys, house.url)
    picture = await a_picture(house, runtime)
    path = links.url(picture).removeprefix(house.url)
    assert (await asked(house, path))[0] == 200

    await destroy_key(house.vault, await house.user())
    assert (await asked(house, path))[0] == 404


async def a_document(house: House, runtime: Runtime, until: datetime) -> UUID:
    media = MediaStore(runtime.pool, house.vault)
    return (await media.keep(await house.user(), CONTENT_TYPE, WORKBOOK, uuid4(), until)).id


async def bring(house: House, document: UUID) -> None:
    user = await house.user()
    reply = ReplyReady(turn=None, kind="answer", text="Here it comes.", document=document)
    write = Write(streams.conversation(user), [reply], user)
    await house.log.append([write], slots.retry(uuid4()))


async def test_a_document_follows_its_text_as_a_message_of_its_own(
    house: House, runtime: Runtime
) -> None:
    document = await a_document(house, runtime, clock.utc_now() + timedelta(hours=1))
    await bring(house, document)
    text, file = await on_the_phone(house, 2)

    assert (text["body"], text["media_url"]) == ("Here it comes.", None)
    assert (file["body"], file["status"], file["media_type"]) == ("", "delivered", CONTENT_TYPE)
    async with house.http.get(f"{house.sim}/_media/{file['sid']}") as saved:
        assert await saved.read() == WORKBOOK
        assert saved.content_disposition is not None
        assert (saved.content_disposition.type, saved.content_disposition.filename) == (
            "attachment",
            "taskflow-data.xlsx",
        )


async def test_a_document_whose_time_is_over_is_told_as_gone(
    house: House, runtime: Runtime
) -> None:
    await bring(house, await a_document(house, runtime, clock.utc_now() - timedelta(seconds=1)))
    _, told = await on_the_phone(house, 2)

    assert (told["media_url"], told["body"]) == (None, GONE.said("en"))


async def test_a_document_whose_answer_was_lost_is_found_and_sent_once(
    house: House, runtime: Runtime
) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.fault("twilio", status=0, after_accept=True, count=2)
    await bring(house, await a_document(house, runtime, clock.utc_now() + timedelta(hours=1)))

    async def settled() -> bool:
        stream = streams.conversation(await house.user())
        return (await runtime.folds.fold(stream, FOLD)).state.driver is None

    await eventually(settled, 25)
    assert [one["body"] for one in await house.accepted()] == ["Here it comes.", ""]
