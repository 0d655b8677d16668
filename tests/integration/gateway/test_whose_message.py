"""Whose message a webhook brings, as Twilio sends it: docs/adr/0041's table, at the door."""

import asyncio
from itertools import count
from typing import Any

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from taskflow.embedded.ports import free_port
from taskflow.process.service import Runtime
from tests.contract.simulators.twilio.world import ACCOUNT, SENDER
from tests.integration.gateway.conftest import House

pytestmark = pytest.mark.integration

PHONE, PHONE_2 = "whatsapp:+491701234567", "whatsapp:+491701234568"
ID, ID_2 = "whatsapp:DE.first", "whatsapp:DE.second"
_sids = count(1)


def webhook(phone: str, id_: str | None = None, **more: str) -> dict[str, str]:
    """One message of whoever has this phone and this id."""
    sid = f"SM{next(_sids):032x}"
    about = {"MessageSid": sid, "AccountSid": ACCOUNT, "To": SENDER, "Body": "hi", "NumMedia": "0"}
    return {**about, "From": phone, **({"ExternalUserId": id_} if id_ else {}), **more}


async def takes(house: House, form: dict[str, str]) -> Any:
    """Whose conversation it stands in."""
    status, text = await house.post("/webhook", form)
    assert status == 200, text
    found: Recorded[MessageReceived] | None = await house.log.find(
        slots.event_id(slots.message(form["MessageSid"]), 0)
    )
    assert found is not None
    return streams.user_of(found.stream)


@pytest.mark.parametrize(
    "row",
    [
        ((PHONE, ID), (PHONE, ID), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE_2, ID_2), False, PHONE, PHONE_2),
        ((PHONE, None), (PHONE, ID), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE, None), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE, ID_2), False, ID, PHONE),
        ((PHONE, ID), (PHONE_2, ID), True, PHONE_2, PHONE_2),
        ((PHONE, ID), (ID, ID), True, ID, ID),
        ((PHONE, ID), (PHONE, ""), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE, "whatsapp:"), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE, "whatsapp:de.first"), True, PHONE, PHONE),
        ((PHONE, ID), (PHONE, "whatsapp:DE.First"), False, ID, PHONE),
        (
            (PHONE, ID),
            (PHONE.removeprefix("whatsapp:"), ID.removeprefix("whatsapp:")),
            True,
            PHONE,
            PHONE,
        ),
        (("whatsapp:+5215512345678", ID), ("whatsapp:+525512345678", ID), True, None, None),
        (("whatsapp:+5215512345678", None), ("whatsapp:+525512345678", None), True, None, None),
        (("whatsapp:+5511961234567", None), ("whatsapp:+551161234567", ID), True, None, None),
        (("whatsapp:+551161234567", ID), ("whatsapp:+5511961234567", ID_2), False, ID, None),
    ],
)
async def test_a_row_of_the_table(
    house: House, runtime: Runtime, row: tuple[Any, Any, bool, str | None, str | None]
) -> None:
    first, then, is_the_same, *stand = row
    former, latter = await takes(house, webhook(*first)), await takes(house, webhook(*then))
    assert (former == latter) is is_the_same
    for user, address in zip((former, latter), stand, strict=True):
        if address is not None:
            assert await house.vault.address_of(user) == address


async def test_the_phone_of_one_with_the_id_of_another_is_the_others(
    house: House, runtime: Runtime
) -> None:
    ada, ben = await takes(house, webhook(PHONE, ID)), await takes(house, webhook(PHONE_2, ID_2))
    assert await takes(house, webhook(PHONE, ID_2)) == ben
    assert await house.vault.address_of(ben) == PHONE
    assert await house.vault.address_of(ada) == ID


async def test_two_ids_or_two_phones_in_one_webhook_take_nothing_from_anybody(
    house: House, runtime: Runtime
) -> None:
    ada, ben = await takes(house, webhook(PHONE, ID)), await takes(house, webhook(PHONE_2, ID_2))
    assert await takes(house, webhook(ID, ID_2)) == ada
    assert await takes(house, webhook(PHONE, PHONE_2)) == ada
    assert [await house.vault.known(one) for one in (PHONE_2, ID_2)] == [ben, ben]


async def test_a_webhook_that_is_repeated_after_the_number_changed_hands(
    house: House, runtime: Runtime
) -> None:
    hers = webhook(PHONE, ID)
    ada = await takes(house, hers)
    ben = await takes(house, webhook(PHONE, ID_2))
    assert await takes(house, hers) == ada
    assert await house.vault.known(PHONE) == ben
    assert await house.vault.address_of(ada) == ID


@pytest.mark.parametrize(
    ("days", "then", "is_the_same"),
    [
        (179, (PHONE, None), True),
        (179, (PHONE, ID), True),
        (181, (PHONE, None), False),
        (181, (PHONE, ID), False),
    ],
)
async def test_a_phone_of_whom_nothing_was_heard_for_half_a_year(
    house: House, database: str, days: int, then: tuple[str, str | None], is_the_same: bool
) -> None:
    async with house.start():
        former = await takes(house, webhook(PHONE))
    await _moves_the_clock(database, days)
    async with house.start():
        latter = await takes(house, webhook(*then))
        assert (former == latter) is is_the_same
        assert await takes(house, webhook(*then)) == latter


async def test_an_id_is_its_persons_however_long_they_were_silent(
    house: House, database: str
) -> None:
    async with house.start():
        ada = await takes(house, webhook(PHONE, ID))
    await _moves_the_clock(database, 2_000)
    async with house.start():
        assert await takes(house, webhook(PHONE, ID)) == ada


async def test_two_gateways_at_once_agree(house: House, runtime: Runtime) -> None:
    port = free_port()
    other = House(
        house.sim,
        house.http,
        house.log,
        house.vault,
        house.settings.model_copy(
            update={
                "taskflow_gateway_port": port,
                "taskflow_gateway_inner_port": free_port(),
                "public_url": f"http://127.0.0.1:{port}",
            }
        ),
    )
    async with other.start():
        for _ in range(5):
            at_once = [
                webhook(PHONE, ID),
                webhook(PHONE, ID),
                webhook(PHONE, ID_2),
                webhook(PHONE, ID_2),
            ]
            doors = (house, other, house, other)
            pairs = zip(doors, at_once, strict=True)
            users = await asyncio.gather(*(takes(door, form) for door, form in pairs))
            assert users[0] == users[1] != users[2] == users[3]
            assert await house.vault.known(PHONE) in users
            assert [await house.vault.known(one) for one in (ID, ID_2)] == [users[0], users[2]]


async def _moves_the_clock(database: str, days: int) -> None:
    """For every connection from now on, the server's clock tells so much later."""
    owner = await asyncpg.connect(database)
    name = await owner.fetchval("select current_database()")
    await owner.execute("create schema later")
    for clock in ("now", "clock_timestamp"):
        await owner.execute(
            f"create function later.{clock}() returns timestamptz language sql as "
            f"$$ select pg_catalog.{clock}() + interval '{days} days' $$"
        )
    await owner.execute("grant usage on schema later to public")
    await owner.execute(f'alter database "{name}" set search_path = later, pg_catalog, public')
    await owner.close()
