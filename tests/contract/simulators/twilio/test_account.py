"""The account, and the sender with its webhook: by the vendor's files, and by its SDK."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulators.twilio.account import SENDER_SID
from tests.contract.simulators.twilio.test_spec import SPECS, violations
from tests.contract.simulators.twilio.world import (
    ACCOUNT,
    NUMBER,
    SDK_IS_BEHIND_AIOHTTP,
    TOKEN,
    World,
    opened,
)
from tests.support.eventually import eventually

pytestmark = SDK_IS_BEHIND_AIOHTTP

SENDERS, SENDER = "/v2/Channels/Senders", "/v2/Channels/Senders/{Sid}"
ONE = f"{SENDERS}/{SENDER_SID}"
needs_files = pytest.mark.skipif(
    not (SPECS / "twilio_messaging_v2.json").exists(),
    reason=f"no OpenAPI files in {SPECS}: set TASKFLOW_SPECS=<folder> and run "
    "pytest tests/contract/simulators/twilio/test_account.py",
)


@pytest.fixture
async def registered(tmp_path: Path) -> AsyncIterator[World]:
    """An account whose sender is its own, not the sandbox's."""
    sender = "whatsapp:+15557650001"
    async with opened(tmp_path / "registered", twilio_whatsapp_from=sender) as world:
        yield world


async def ask(
    world: World, method: str, path: str, token: str = TOKEN, **more: Any
) -> tuple[int, Any]:
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, token)}
    url = f"{world.url}/twilio{path}"
    async with world.http.request(method, url, headers=headers, **more) as response:
        return response.status, await response.json()


async def test_the_sdk_reads_the_account(registered) -> None:
    account = await registered.twilio.api.v2010.accounts(ACCOUNT).fetch_async()

    assert (account.sid, account.status, account.type) == (ACCOUNT, "active", "Full")


async def test_the_sdk_reads_the_senders(registered, world) -> None:
    (sender,) = await registered.twilio.messaging.v2.channels_senders.list_async(channel="whatsapp")

    assert (sender.sender_id, sender.status) == ("whatsapp:+15557650001", "ONLINE")
    assert sender.webhook["callback_url"] == "https://bot.example.com/webhook"
    assert await world.twilio.messaging.v2.channels_senders.list_async(channel="whatsapp") == []


@needs_files
async def test_every_answer_is_valid_by_the_vendors_files(registered, world) -> None:
    file = "twilio_messaging_v2.json"
    for status in ("ONLINE", "OFFLINE"):
        await registered.post("/_sim/twilio/account", sender=status)
        for house in (registered, world):
            _, listed = await ask(house, "GET", f"{SENDERS}?Channel=whatsapp")
            assert violations(file, SENDERS, "get", "200", listed) == []
        _, one = await ask(registered, "GET", ONE)
        assert violations(file, SENDER, "get", "200", one) == []
    change = {"webhook": {"callback_url": "https://other.example.com/webhook"}}
    status, changed = await ask(registered, "POST", ONE, json=change)
    assert status == 202
    assert violations(file, SENDER, "post", "202", changed) == []


async def test_messages_go_where_the_senders_webhook_is_set(registered) -> None:
    await registered.write("before")
    url = f"{registered.app.url}/elsewhere"
    change = {"webhook": {"callback_url": url, "callback_method": "POST"}}
    await ask(registered, "POST", ONE, json=change)
    await registered.write("after")

    first, second = registered.app.hooks
    assert (first.path, second.path) == ("/webhook", "/elsewhere")
    assert registered.app.is_signed(first, "https://bot.example.com/webhook")
    assert registered.app.is_signed(second, url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"webhook": 7}',
        b'{"webhook": {"callback_url": "no url"}}',
        b'{"webhook": {"callback_method": "GET"}}',
    ],
)
async def test_a_webhook_that_is_none_is_refused(registered, body) -> None:
    status, told = await ask(registered, "POST", ONE, data=body)

    assert (status, told["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json"),
        ("GET", f"{SENDERS}?Channel=whatsapp"),
        ("GET", ONE),
        ("POST", ONE),
    ],
)
async def test_each_refuses_a_wrong_token_and_too_many_requests(registered, method, path) -> None:
    change = {"json": {"webhook": {}}} if method == "POST" else {}
    status, told = await ask(registered, method, path, token="another", **change)
    assert (status, told["code"]) == (401, 20003)

    await registered.post("/_sim/faults", vendor="twilio-account", status=429)
    status, told = await ask(registered, method, path, **change)
    assert (status, told["code"]) == (429, 20429)


async def test_what_is_not_there_is_404(registered, world) -> None:
    another = f"{SENDERS}/XE{'1' * 32}"
    for house, path in (
        (registered, another),
        (world, ONE),
        (registered, f"/2010-04-01/Accounts/AC{'2' * 32}.json"),
    ):
        status, told = await ask(house, "GET", path)
        assert (status, told["code"]) == (404, 20404)


async def test_each_sender_has_a_webhook_and_a_window_of_its_own(tmp_path: Path) -> None:
    ours = "whatsapp:+15557650001", "whatsapp:+15557650002"
    async with opened(tmp_path, twilio_whatsapp_from=",".join(ours)) as world:
        _, listed = await ask(world, "GET", f"{SENDERS}?Channel=whatsapp")
        assert [one["sender_id"] for one in listed["senders"]] == [*ours]
        second = f"{SENDERS}/{listed['senders'][1]['sid']}"
        elsewhere = {"webhook": {"callback_url": f"{world.app.url}/elsewhere"}}
        assert (await ask(world, "POST", second, json=elsewhere))[0] == 202
        await world.write("to the second", to=ours[1].removeprefix("whatsapp:"))
        await world.write("to the first")
        assert [hook.path for hook in world.app.hooks] == ["/elsewhere", "/webhook"]

        await world.post("/_sim/phone/window/close", user=NUMBER, to="+15557650002")
        sent = {sender: await world.send(from_=sender) for sender in ours}
        fetched = {s: world.twilio.messages(sid) for s, sid in sent.items()}

        async def ended() -> list[str] | None:
            statuses = [(await one.fetch_async()).status for one in fetched.values()]
            return statuses if {*statuses} <= {"delivered", "failed"} else None

        assert await eventually(ended) == ["delivered", "failed"]
