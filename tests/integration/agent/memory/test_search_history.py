"""Old messages are found by an index that knows no word, and only by whoever wrote them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, ReplyReady, TurnStarted, UserForgotten
from contracts.event import Event, Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from services.agent.memory.search_history import (
    HistoryTable,
    HistoryTools,
    HistoryWords,
    SearchHistory,
)
from taskflow import clock
from taskflow.errors import SealedForEver
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.postgres import database as db
from taskflow.postgres.wakeups import Wakeups
from taskflow.privacy.vault import Vault
from taskflow.projecting.projector import Projector, where
from taskflow.tooling import Call, Refused
from tests.support.eventually import eventually
from tests.support.forgetting import destroy_key

pytestmark = pytest.mark.integration

_ROWS = "select event_id, user_id, at, who, words::text as words from history_words order by 1"
_EMPTY = "delete from history_words"
_ANEW = "delete from projection_checkpoints where name = 'history-words'"


@dataclass
class Index:
    """The log, and the read model that follows it."""

    dsn: str
    pool: asyncpg.Pool
    log: EventLog
    vault: Vault
    projector: Projector | None = None
    last: Recorded | None = None
    sent: int = field(default=0)

    async def tell(self, user: UserId, *events: Event) -> list[Recorded]:
        write = Write(streams.conversation(user), events, user)
        told = (await self.log.append([write], slots.retry(uuid4()))).events
        self.last = told[-1]
        return told

    async def says(self, user: UserId, *texts: str) -> list[UUID]:
        told: list[UUID] = []
        for text in texts:
            self.sent += 1
            message = MessageReceived(
                message_ref=f"SM{self.sent}", channel="whatsapp", kind="text", text=text
            )
            told.append((await self.tell(user, message))[0].event_id)
        return told

    async def answers(self, user: UserId, text: str, kind: str = "answer") -> None:
        await self.tell(user, ReplyReady(turn=None, kind=kind, text=text))

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """The projection runs; leaving waits until it holds all that was told."""
        wakeups = Wakeups(self.dsn, "tests-listen")
        what = HistoryWords(self.log, self.vault)
        self.projector = Projector(self.dsn, self.pool, self.log, wakeups, what)
        tasks = [asyncio.create_task(one) for one in (wakeups.run(), self.projector.run())]
        try:
            yield
            await self.caught_up()
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def caught_up(self) -> None:
        last = self.last
        assert last is not None

        async def is_held() -> bool:
            async with self.pool.acquire() as connection:
                held = await where(connection, HistoryWords(self.log, self.vault))
            return (held.transaction_id, held.position) >= (last.transaction_id, last.position)

        await eventually(is_held, 20)

    async def rows(self) -> list[Json]:
        return [dict(row.items()) for row in await self.pool.fetch(_ROWS)]

    async def find(self, user: UserId, query: str, turn: UUID | None = None) -> Json:
        request = ToolRequested(
            turn=turn or uuid4(),
            step=1,
            tool="search_history",
            owner="agent",
            vendor_call_id=None,
            arguments={"query": query},
            zone="Europe/Lisbon",
            zone_known=True,
            deadline=clock.utc_now(),
        )
        write = Write(streams.conversation(user), [request], user)
        asked = (await self.log.append([write], slots.retry(uuid4()))).events[0]
        tools = HistoryTools(HistoryTable(self.pool), self.vault, self.log)
        (tool,) = tools.all()
        arguments = SearchHistory.model_validate({"query": query})
        return (await tool.run(arguments, Call(await self.log.opened(asked), user))).result

    async def texts(self, user: UserId, query: str) -> list[str]:
        return [one["text"] for one in (await self.find(user, query))["found"]]


@pytest.fixture
async def index(database: str, event_log: EventLog, vault: Vault) -> AsyncGenerator[Index]:
    async with db.pool(database, "tests-index") as pool:
        yield Index(database, pool, event_log, vault)


@pytest.fixture
async def ada(vault: Vault) -> UserId:
    return await vault.user_for(["whatsapp:+15551230001"])


@pytest.fixture
async def bob(vault: Vault) -> UserId:
    return await vault.user_for(["whatsapp:+15551230002"])


async def test_finds_what_was_said_by_stems_and_without_accents(index: Index, ada: UserId) -> None:
    async with index.following():
        await index.says(ada, "I was looking at flights to São Paulo", "My dentist is Dr. Müller")
        await index.answers(ada, "The cheapest flight costs €640.")
        await index.answers(ada, "⏰ flight check-in", kind="reminder")

    assert await index.texts(ada, "sao paulo") == ["I was looking at flights to São Paulo"]
    assert await index.texts(ada, "MULLER's dentists") == ["My dentist is Dr. Müller"]
    assert await index.texts(ada, "the cheapest flight") == [
        "The cheapest flight costs €640.",
        "I was looking at flights to São Paulo",
    ]
    assert await index.find(ada, "submarine") == {
        "found": [],
        "summary": "Nothing of that kind was said before.",
    }


async def test_tells_when_and_who_and_cuts_what_is_long(index: Index, ada: UserId) -> None:
    async with index.following():
        await index.says(ada, "trail shoes " + "x" * 900)
        await index.answers(ada, "**Trail shoe**: €79.90")
    found = (await index.find(ada, "trail shoe"))["found"]

    assert [one["who"] for one in found] == ["TaskFlow", "you"], "the word as it stands goes first"
    assert [len(one["text"]) for one in found] == [22, 301]
    assert all(len(one["at"]) == len("2026-11-24 15:04") for one in found)


async def test_the_best_five_are_told_the_newest_first(index: Index, ada: UserId) -> None:
    async with index.following():
        await index.says(ada, *(f"hotel number {n}" for n in range(7)), "hotel in Porto")

    assert await index.texts(ada, "hotel Porto") == [
        "hotel in Porto", "hotel number 6", "hotel number 5", "hotel number 4", "hotel number 3",
    ]  # fmt: skip


async def test_anothers_words_are_never_found_though_they_are_the_same(
    index: Index, ada: UserId, bob: UserId
) -> None:
    async with index.following():
        await index.says(ada, "the secret word is banana")
        await index.says(bob, "the secret word is banana", "and a second banana")
    mine, *others = await index.rows()

    assert await index.texts(ada, "banana") == ["the secret word is banana"]
    assert len(await index.texts(bob, "banana")) == 2
    of_ada = {one["words"] for one in (mine, *others) if one["user_id"] == ada}
    of_bob = " ".join(one["words"] for one in (mine, *others) if one["user_id"] == bob)
    assert all(word not in of_bob for words in of_ada for word in words.split())
    table = HistoryTable(index.pool)
    stolen = await index.vault.key(ada)
    assert await table.search(bob, stolen, "banana", []) == [], "with Ada's key, Bob finds nothing"
    assert await table.search(ada, await index.vault.key(bob), "banana", []) == []


async def test_the_database_holds_no_word(index: Index, ada: UserId) -> None:
    async with index.following():
        await index.says(ada, "banana pancakes")
    (row,) = await index.rows()

    assert "banan" not in str(row)
    assert "pancak" not in str(row)


async def test_the_messages_that_ask_are_not_what_is_found(index: Index, ada: UserId) -> None:
    async with index.following():
        await index.says(ada, "the hotel was Casa Azul")
        await index.answers(ada, "Noted.")
        await index.tell(ada, TurnStarted(number=0))
        await index.says(ada, "what was that hotel?", "the blue hotel")
        turn = (await index.tell(ada, TurnStarted(number=1)))[0].event_id

    found = (await index.find(ada, "hotel", turn))["found"]
    assert [one["text"] for one in found] == ["the hotel was Casa Azul"]


async def test_a_forgotten_users_words_are_gone(index: Index, ada: UserId, bob: UserId) -> None:
    async with index.following():
        await index.says(ada, "banana")
        await index.says(bob, "banana")
        await index.caught_up()
        assert len(await index.rows()) == 2
        await index.tell(ada, UserForgotten())
        await destroy_key(index.vault, ada)

    assert [row["user_id"] for row in await index.rows()] == [bob]
    with pytest.raises(SealedForEver):
        await index.find(ada, "banana")


async def test_a_rebuild_gives_the_same_rows(index: Index, ada: UserId, bob: UserId) -> None:
    async with index.following():
        await index.says(ada, "banana", "Ananas for Ada", "")
        await index.answers(ada, "A fruit.")
        await index.says(bob, "banana")
    await destroy_key(index.vault, bob)
    before = await index.rows()
    await index.pool.execute(_EMPTY)
    await index.pool.execute(_ANEW)
    async with index.following():
        pass

    assert len(before) == 4, "an empty message has no word"
    assert await index.rows() == [row for row in before if row["user_id"] == ada], (
        "what nobody can read any more is passed by"
    )


async def test_a_query_of_no_words_is_refused(index: Index, ada: UserId) -> None:
    with pytest.raises(Refused, match="no word"):
        await index.find(ada, "?!")


@pytest.mark.parametrize("query", ["'; drop table history_words; --", "a & !b | (c", "<->", "x:*A"])
async def test_a_query_is_only_words(index: Index, ada: UserId, query: str) -> None:
    async with index.following():
        await index.says(ada, "drop the table by the window")

    with contextlib.suppress(Refused):
        assert (await index.find(ada, query))["found"] is not None
    assert len(await index.rows()) == 1
