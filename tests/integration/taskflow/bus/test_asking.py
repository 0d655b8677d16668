"""Questions between services: answered once by whoever serves, refused or unanswered in words."""

import asyncio

import nats
import pytest

from taskflow.bus import asking
from taskflow.errors import SealedForEver, VendorUnavailable
from tests.support.eventually import eventually
from tests.support.servers import NatsServer

pytestmark = pytest.mark.integration


async def test_a_question_is_answered_by_one_of_those_who_serve(nats_server: NatsServer) -> None:
    client = await nats.connect(nats_server.url)
    answered: list[int] = []

    def server(n: int):
        async def answer(question: bytes) -> bytes:
            answered.append(n)
            return question[::-1]

        return asyncio.create_task(asking.serve(client, "echo", "servers", answer))

    with pytest.raises(VendorUnavailable, match="NoResponders"):
        await asking.ask(client, "echo", b"abc", 2)
    servers = [server(0), server(1)]

    async def there() -> bool:
        try:
            return await asking.ask(client, "echo", b"abc", 2) == b"cba"
        except VendorUnavailable:
            return False

    await eventually(there)
    answered.clear()
    said = await asyncio.gather(*(asking.ask(client, "echo", b"x%d" % n, 5) for n in range(40)))
    assert said == [(b"x%d" % n)[::-1] for n in range(40)]
    assert len(answered) == 40
    assert set(answered) == {0, 1}
    for one in servers:
        one.cancel()
    await asyncio.gather(*servers, return_exceptions=True)
    with pytest.raises(VendorUnavailable):
        await asking.ask(client, "echo", b"abc", 2)
    await client.close()


async def test_what_goes_wrong_is_told_by_its_kind(nats_server: NatsServer) -> None:
    client = await nats.connect(nats_server.url)

    async def answer(question: bytes) -> bytes:
        match question:
            case b"sealed":
                raise SealedForEver("a user was forgotten")
            case b"bug":
                raise ZeroDivisionError("with the user's words in it")
            case _:
                await asyncio.sleep(5)
                return b"too late"

    serving = asyncio.create_task(asking.serve(client, "things", "servers", answer, at_once=2))
    await asyncio.sleep(0)
    await client.flush()
    with pytest.raises(SealedForEver):
        await asking.ask(client, "things", b"sealed", 2)
    with pytest.raises(VendorUnavailable, match=r"could not be answered \(error\)"):
        await asking.ask(client, "things", b"bug", 2)
    with pytest.raises(VendorUnavailable, match="TimeoutError"):
        await asking.ask(client, "things", b"slow", 0.2)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await client.close()
