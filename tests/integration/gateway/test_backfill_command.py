"""`taskflow backfill`, as an operator types it after an absence."""

import asyncio

import pytest
from typer.testing import CliRunner

from taskflow.cli import main
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import ADA, House
from tests.support.eventually import eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("as_operator")]
ABSENT = 200


async def told(*words: str) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, main.app, ["backfill", *words])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


@pytest.mark.long
async def test_two_hundred_messages_of_an_absence_are_taken_once(house: House) -> None:
    sent = [f"message {n}" for n in range(ABSENT)]
    for text in sent:
        assert (await house.write(text))["webhook_status"] is None

    assert f"{ABSENT} messages taken, 0 refusals noted" in await told("--since", "10m ago")
    assert "0 messages taken, 0 refusals noted" in await told()
    received = await house.events("message.received")
    assert [(await house.log.opened(one)).event.text for one in received] == sent


async def test_a_refusal_that_nobody_heard_is_noted(house: House, runtime: Runtime) -> None:
    await house.do("/_sim/twilio/callbacks", mode="off")
    await house.do("/_sim/phone/window/close", user=ADA.removeprefix("whatsapp:"))
    await house.say("too late")

    async def failed() -> bool:
        return any(one["status"] == "failed" for one in await house.accepted())

    await eventually(failed)
    await eventually(lambda: house.events("reply.sent"))
    assert "0 messages taken, 1 refusals noted" in await told()
    await eventually(lambda: house.events("reply.held"))


@pytest.mark.parametrize("since", ["yesterday", ""])
async def test_a_moment_that_is_none_is_named(house: House, since: str) -> None:
    result = CliRunner().invoke(main.app, ["backfill", "--since", since])
    assert result.exit_code != 0
    assert "--since wants a time" in str(result.exception)
