"""Whose message it is, at the real vault: docs/adr/0041's table, row by row and in any order."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Sequence

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import slots
from contracts.conversation import MessageReceived
from contracts.streams import UserId, conversation
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.postgres import database as db
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import AddressLost, Vault, sealed_address
from tests.conftest import MASTER_KEY

pytestmark = pytest.mark.integration

PHONE, PHONE_2 = "whatsapp:+491701234567", "whatsapp:+491701234568"
ID, ID_2 = "whatsapp:DE.first", "whatsapp:DE.second"
_runs = itertools.count(1)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(database, "tests") as opened:
        yield opened


async def silent_for(database: str, user: UserId, days: int) -> None:
    """As if they had last written so long ago."""
    owner = await asyncpg.connect(database)
    past = f"now() - interval '{days} days'"
    await owner.execute(
        f"update vault_addresses set written_at = {past}, created_at = {past} where user_id = $1",
        user,
    )
    await owner.close()


async def test_both_unknown_is_somebody_new(vault: Vault) -> None:
    ada = await vault.user_for([PHONE, ID])
    assert await vault.user_for([PHONE_2, ID_2]) != ada
    assert await vault.user_for([PHONE, ID]) == ada


async def test_a_phone_without_an_id_is_given_it(vault: Vault) -> None:
    ada = await vault.user_for([PHONE])
    assert await vault.user_for([PHONE, ID]) == ada
    assert await vault.user_for([ID]) == ada


async def test_a_phone_of_nobody_heard_of_for_half_a_year_is_somebody_new(
    vault: Vault, database: str
) -> None:
    for addresses in ([PHONE, ID], [PHONE_2]):
        ada = await vault.user_for(addresses[:1])
        await silent_for(database, ada, 181)
        assert await vault.user_for(addresses) != ada
        with pytest.raises(AddressLost):
            await vault.address_of(ada)


async def test_a_message_of_lately_keeps_them(
    vault: Vault, database: str, event_log: EventLog
) -> None:
    ada = await vault.user_for([PHONE])
    await silent_for(database, ada, 181)
    said = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text="hi")
    await event_log.append([Write(conversation(ada), [said], ada)], UserId(ada))
    assert await vault.user_for([PHONE, ID]) == ada


async def test_a_phone_with_another_id_has_changed_hands(vault: Vault) -> None:
    ada = await vault.user_for([PHONE, ID])
    ben = await vault.user_for([PHONE, ID_2])
    assert ben != ada
    assert await vault.user_for([PHONE]) == ben
    assert await vault.address_of(ada) == ID
    assert await vault.address_of(ben) == PHONE


async def test_a_person_with_a_new_phone_stays_who_they_are(vault: Vault) -> None:
    ada = await vault.user_for([PHONE, ID])
    assert await vault.user_for([PHONE_2, ID]) == ada
    assert await vault.address_of(ada) == PHONE_2
    assert await vault.user_for([PHONE]) != ada


async def test_the_phone_of_one_with_the_id_of_another_is_the_others(vault: Vault) -> None:
    ada, ben = await vault.user_for([PHONE, ID]), await vault.user_for([PHONE_2, ID_2])
    assert await vault.user_for([PHONE, ID_2]) == ben
    assert await vault.address_of(ben) == PHONE
    assert await vault.address_of(ada) == ID
    assert await vault.known(PHONE_2) is None


async def test_replies_go_to_where_they_wrote_from_last(vault: Vault) -> None:
    ada = await vault.user_for([PHONE, ID])
    assert await vault.address_of(ada) == PHONE
    await vault.user_for([ID])
    assert await vault.address_of(ada) == ID
    await vault.user_for([PHONE, ID])
    assert await vault.address_of(ada) == PHONE


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("+5215512345678", "+525512345678"),
        ("+525512345678", "+5215512345678"),
        ("+5511961234567", "+551161234567"),
        ("+551161234567", "+5511961234567"),
        ("+558591234567", "+5585991234567"),
    ],
)
async def test_a_line_that_is_written_in_two_ways_is_one_person(
    vault: Vault, written: str, also: str
) -> None:
    ada = await vault.user_for([f"whatsapp:{written}"])
    assert await vault.user_for([f"whatsapp:{also}"]) == ada
    assert await vault.known(f"whatsapp:{also}") == ada


async def test_a_landline_is_not_the_mobile_that_resembles_it(vault: Vault) -> None:
    landline = await vault.user_for(["whatsapp:+551132345678"])
    assert await vault.user_for(["whatsapp:+5511932345678"]) != landline


async def test_ids_that_differ_in_case_alone_are_two_people(vault: Vault) -> None:
    for one, other in (
        ("whatsapp:DE.Abc", "whatsapp:DE.abc"),
        ("whatsapp:DE.xy", "whatsapp:DE.XY"),
    ):
        ada, ben = await vault.user_for([one]), await vault.user_for([other])
        assert ada != ben
        assert [await vault.known(id_) for id_ in (one, other)] == [ada, ben]
    assert await vault.known("whatsapp:de.Abc") == await vault.known("whatsapp:DE.Abc")


async def test_an_id_that_an_older_release_kept_without_case_is_found(
    vault: Vault, database: str
) -> None:
    master = MasterKey(MASTER_KEY)
    ada = await vault.user_for([PHONE, "whatsapp:DE.Abc"])
    key = await vault.key(ada)
    (former,) = master.former_hashes("whatsapp:DE.Abc")
    owner = await asyncpg.connect(database)
    await owner.execute(
        "update vault_addresses set address_hash = $1, sealed_address = $2 where kind <> 'phone'",
        former,
        sealed_address(key, "whatsapp:DE.Abc", former),
    )
    await owner.close()
    assert await vault.user_for([PHONE_2, "whatsapp:DE.Abc"]) == ada
    assert await vault.user_for([PHONE_2, "whatsapp:DE.ABC"]) != ada
    assert await vault.user_for(["whatsapp:DE.Abc"]) == ada


async def test_a_message_that_is_told_again_brings_no_number_back(
    vault: Vault, event_log: EventLog
) -> None:
    ada = await vault.user_for([PHONE, ID])
    said = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text="hi")
    slot = slots.message("SM1")
    await event_log.append([Write(conversation(ada), [said], ada)], slot)
    ben = await vault.user_for([PHONE, ID_2])
    assert await vault.user_for([PHONE, ID], slots.event_id(slot, 0)) == ada
    assert await vault.known(PHONE) == ben
    assert await vault.address_of(ada) == ID
    assert await vault.address_of(ben) == PHONE


async def test_two_who_take_each_others_number_at_once_both_succeed(
    vault: Vault, database: str
) -> None:
    ada, ben = await vault.user_for([PHONE, ID]), await vault.user_for([PHONE_2, ID_2])
    other = await asyncpg.connect(database)
    theirs = "delete from vault_addresses where user_id = $1 and kind = 'phone'"
    taking = other.transaction()
    await taking.start()
    await other.execute(theirs, ben)
    swapped = asyncio.create_task(vault.user_for([PHONE, ID_2]))
    await somebody_waits(database)
    with contextlib.suppress(asyncpg.DeadlockDetectedError):  # mostly the first to wait gets it
        await other.execute(theirs, ada)
    await taking.rollback()
    await other.close()
    assert await swapped == ben
    assert await vault.address_of(ben) == PHONE


async def somebody_waits(database: str) -> None:
    watching = await asyncpg.connect(database)
    blocked = """select exists (select from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock')"""
    async with asyncio.timeout(30):
        while not await watching.fetchval(blocked):
            await asyncio.sleep(0.01)
    await watching.close()


webhooks = st.lists(
    st.lists(
        st.tuples(st.sampled_from("PQ-"), st.sampled_from("IJ-")).filter(
            lambda one: one != ("-", "-")
        ),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=6,
)


class Book:
    """The table of the ADR in a dozen lines, for people who are heard of."""

    def __init__(self, owner: dict[str, int] | None = None) -> None:
        self.owner: dict[str, int] = dict(owner or {})

    def takes(self, phone: str, scoped: str, fresh: int) -> tuple["Book", int]:
        book = Book(self.owner)
        has_id = {person for address, person in self.owner.items() if address in "IJ"}
        person = self.owner.get(scoped)
        if person is None:
            person = self.owner.get(phone)
            if person is None or (scoped != "-" and person in has_id):
                person = fresh
        if phone != "-":
            lost = [one for one, of in book.owner.items() if of == person and one in "PQ"]
            for one in lost:
                del book.owner[one]
            book.owner[phone] = person
        if scoped != "-":
            book.owner[scoped] = person
        return book, person


@given(webhooks)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_any_order_at_two_gateways_is_some_order_of_the_table(
    vault: Vault, pool: asyncpg.Pool, sequence: list[list[tuple[str, str]]]
) -> None:
    gateways = (vault, Vault(pool, MasterKey(MASTER_KEY)))
    run = next(_runs)
    names = {
        "P": f"whatsapp:+49170{run:07}1",
        "Q": f"whatsapp:+49170{run:07}2",
        "I": f"whatsapp:DE.i{run}",
        "J": f"whatsapp:DE.j{run}",
    }
    books: list[tuple[Book, dict[int, UserId]]] = [(Book(), {})]
    for at_once in sequence:
        calls = [
            gateways[n].user_for([names[one] for one in webhook if one != "-"])
            for n, webhook in enumerate(at_once)
        ]
        answers = await asyncio.gather(*calls)
        books = [
            after
            for book, known in books
            for order in itertools.permutations(zip(at_once, answers, strict=True))
            if (after := agreed(book, known, order))
        ]
        assert books, (sequence, at_once, answers)
    stand = {one: await vault.known(address) for one, address in names.items()}
    assert any(
        stand == {one: known.get(book.owner.get(one, -1)) for one in names} for book, known in books
    )


def agreed(
    book: Book, known: dict[int, UserId], order: Sequence[tuple[tuple[str, str], UserId]]
) -> tuple[Book, dict[int, UserId]] | None:
    """The book after these, if it says of each whose it was what the vault said."""
    known = dict(known)
    for (phone, scoped), answer in order:
        book, person = book.takes(phone, scoped, fresh=len(known))
        if person in known and known[person] != answer:
            return None
        if person not in known and answer in known.values():
            return None
        known[person] = answer
    return book, known
