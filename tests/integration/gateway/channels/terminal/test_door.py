"""Who may talk through a terminal, and what they are shown: the real gateway, on its inner port."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.streams import UserId
from services.gateway.app import gateway
from taskflow.errors import Configuration
from taskflow.log.appending import Write
from taskflow.privacy.terminal_pass import MOST_BYTES, address_of, pass_of
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually
from tests.support.forgetting import destroy_key

pytestmark = pytest.mark.integration


def with_a_terminal(house: House, **more: Any) -> None:
    house.settings = house.settings.model_copy(update={"taskflow_terminal": True, **more})


def a_pass(house: House) -> str:
    return pass_of(house.settings.master_keys[0])


def ref() -> str:
    return f"TM{uuid4().hex}"


async def ask(house: House, path: str, token: str | None = None, **body: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {a_pass(house) if token is None else token}"}
    url = f"{house.inner}/terminal/{path}"
    async with house.http.post(url, json=body, headers=headers) as answer:
        whole = answer.content_type == "application/json"
        return answer.status, await (answer.json() if whole else answer.text())


async def reply_to(house: House, user: UserId, text: str) -> None:
    ready = ReplyReady(turn=None, kind="answer", text=text)
    await house.log.append([Write(streams.conversation(user), [ready], user)], uuid4())


async def person(house: House, name: str) -> UserId:
    user = await house.vault.known(address_of(name))
    assert user is not None
    return user


async def test_a_line_is_a_message_once_and_its_answer_is_shown(house: House) -> None:
    with_a_terminal(house)
    async with house.start():
        assert await ask(house, "shown", name="ada") == (
            200,
            {"conversation": None, "version": 0, "messages": []},
        )
        line = {"name": "ada", "ref": ref(), "text": "hi\x00 there"}
        assert await ask(house, "said", **line) == (200, {"new": True})
        assert await ask(house, "said", **line) == (200, {"new": False})
        user = await person(house, "ada")
        await reply_to(house, user, "**hello**")
        await reply_to(house, user, "and more")
        shown: list[Any] = []
        at: dict[str, Any] = {"conversation": None, "after": 0}

        async def both_are_shown() -> bool:
            _, told = await ask(house, "shown", name="ada", **at)
            at.update(conversation=told["conversation"], after=told["version"])
            shown.extend(told["messages"])
            return len(shown) >= 2

        await eventually(both_are_shown)
        assert [one["text"] for one in shown] == ["*hello*", "and more"]
        assert (await ask(house, "shown", name="ada", **at))[1]["messages"] == []
        assert await ask(house, "shown", name="bob") == (
            200,
            {"conversation": None, "version": 0, "messages": []},
        )

        events = await house.log.read(streams.conversation(user))
        (message,) = [one for one in events if one.event.type == "message.received"]
        assert message.event_id == slots.event_id(slots.message(line["ref"]), 0)
        opened = (await house.log.opened(message)).event
        assert (opened.channel, opened.text) == ("terminal", "hi there")
        sent = [one.event for one in events if one.event.type == "reply.sent"]
        assert [one.message_ref for one in sent] == [one["ref"] for one in shown]
        assert await house.accepted() == [], "Twilio has heard nothing of it"

        await destroy_key(house.vault, user)
        gone = (await ask(house, "shown", name="ada"))[1]
        assert gone["messages"] == []


async def test_a_stranger_is_refused_and_so_is_what_is_no_line(house: House) -> None:
    with_a_terminal(house)
    async with house.start():
        fine = {"name": "ada", "ref": ref(), "text": "hi"}
        for token in ("", "x", "é", a_pass(house)[:-1], "Bearer " + a_pass(house)):
            status, _ = await ask(house, "said", token, **fine)
            assert status == 403
        for wrong in (
            {"name": "Ada"},
            {"name": "../x"},
            {"name": "a" * 33},
            {"name": "ada\n"},
            {"ref": "SM" + "1" * 32},
            {"ref": "TM1"},
            {"text": ""},
            {"text": "x" * 4097},
            {"text": 7},
            {"more": 1},
        ):
            status, told = await ask(house, "said", **{**fine, **wrong})
            assert status == 400, wrong
            assert "x" * 100 not in told
        assert (await ask(house, "said", **{**fine, "text": "x" * MOST_BYTES}))[0] == 413
        assert (await ask(house, "shown", name="ada", after=-1))[0] == 400
        async with house.http.post(
            f"{house.inner}/terminal/said",
            data=b"\xff{",
            headers={"Authorization": f"Bearer {a_pass(house)}"},
        ) as answer:
            assert answer.status == 400
        async with house.http.get(f"{house.inner}/terminal/said") as answer:
            assert answer.status == 405
        # The port that strangers reach has no such door.
        async with house.http.post(f"{house.url}/terminal/said", json=fine) as answer:
            assert answer.status == 404
        assert await house.vault.known(address_of("ada")) is None


async def test_while_the_master_key_is_rotated_either_pass_opens(house: House) -> None:
    old = base64.b64encode(b"o" * 32).decode()
    with_a_terminal(house, taskflow_master_key_secondary=SecretStr(old))
    async with house.start():
        for key in house.settings.master_keys:
            assert (await ask(house, "shown", pass_of(key), name="ada"))[0] == 200
        assert (await ask(house, "shown", pass_of(b"x" * 32), name="ada"))[0] == 403


async def test_without_the_setting_there_is_no_door(house: House) -> None:
    async with house.start():
        assert (await ask(house, "said", name="ada", ref=ref(), text="hi"))[0] == 404


async def test_production_refuses_a_terminal(house: House) -> None:
    with_a_terminal(house, taskflow_production=True)
    runtime: Any = None
    with pytest.raises(Configuration, match="TASKFLOW_TERMINAL"):
        async with gateway(runtime, house.settings):
            pass
