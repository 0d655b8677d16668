"""Forgetting: all of it or nothing, again without harm, and heard by every process."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Callable, Generator
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import UserForgotten
from contracts.streams import UserId
from taskflow import failpoints
from taskflow.bus.dead_letters import DeadLetters
from taskflow.cli.people import forgetting as command
from taskflow.errors import Configuration, SealedForEver
from taskflow.forgetting.erasure import Destroyed, Forgetting
from taskflow.forgetting.notices import Forgotten
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.log.folding import Fold
from taskflow.log.snapshots import SNAPSHOT_EVERY, Folds
from taskflow.postgres import database as db
from taskflow.postgres.wakeups import Wakeups
from taskflow.privacy import vault as vaults
from taskflow.privacy.media import MediaStore
from taskflow.privacy.sealing import MasterKey
from taskflow.privacy.vault import UnknownUser, Vault
from tests.conftest import MASTER_KEY
from tests.support.events import message
from tests.support.eventually import eventually
from tests.support.turns import Conversation

pytestmark = pytest.mark.integration

PHONE = "whatsapp:+15551230001"


@pytest.fixture(autouse=True)
def disarmed() -> Generator[None]:
    yield
    failpoints.arm("")


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[asyncpg.Pool]:
    async with db.pool(database, "tests") as opened:
        yield opened


@pytest.fixture
def forgetting(pool: asyncpg.Pool, vault: Vault, event_log: EventLog) -> Forgetting:
    return Forgetting(pool, vault, event_log)


async def says(log: EventLog, user: UserId, *texts: str) -> None:
    for text in texts:
        said = message(text, sid=f"SM{uuid4().hex}")
        write = Write(streams.conversation(user), [said], user)
        await log.append([write], slots.message(said.message_ref))


async def leaves_traces(user: UserId, pool: asyncpg.Pool, vault: Vault, log: EventLog) -> None:
    """A message, a picture, a snapshot and a dead letter."""
    await says(log, user, "hello")
    await MediaStore(pool, vault).put(user, "image/png", b"a picture")
    (received,) = await log.read(streams.conversation(user))
    letters = DeadLetters(pool, log, "agent")
    await letters.add(received, Configuration(f"about {user}"), 5)
    await letters.add_undecodable(json.dumps({"user_id": str(user)}), ValueError())
    for _ in range(SNAPSHOT_EVERY // 25):
        await log.append([Write(f"watch-{user}", [message()] * 25, user)], uuid4())
    seen = Fold("tests", 1, Conversation, lambda state, _: state)
    await Folds(log, pool).fold(f"watch-{user}", seen)


@pytest.fixture
async def traced(a_user: UserId, pool: asyncpg.Pool, vault: Vault, event_log: EventLog) -> UserId:
    await leaves_traces(a_user, pool, vault, event_log)
    return a_user


async def rows_of(pool: asyncpg.Pool, user: UserId) -> list[int]:
    """Keys, addresses, pictures, snapshots, open dead letters, tombstones."""
    return [
        await pool.fetchval(query, *given)
        for query, given in (
            ("select count(*) from vault_keys where user_id = $1", [user]),
            ("select count(*) from vault_addresses where user_id = $1", [user]),
            ("select count(*) from media where user_id = $1", [user]),
            ("select count(*) from snapshots where user_id = $1", [user]),
            ("select count(*) from dead_letters where settled_at is null", []),
            ("select count(*) from events where type = $1", [UserForgotten.type]),
        )
    ]


def counts(done: Destroyed) -> list[int]:
    return [done.keys, done.addresses, done.pictures, done.snapshots, done.dead_letters]


async def test_everything_beside_the_log_goes_at_once_and_what_others_have_stays(
    pool: asyncpg.Pool, vault: Vault, event_log: EventLog, forgetting: Forgetting, a_user: UserId
) -> None:
    other = await vault.user_for(["whatsapp:+15551230002"])
    await says(event_log, other, "I stay")
    before = await others_rows(pool, other)
    await leaves_traces(a_user, pool, vault, event_log)
    assert await rows_of(pool, a_user) == [1, 1, 1, 1, 2, 0]

    done = await forgetting.forget(a_user)

    assert counts(done) == [1, 1, 1, 1, 2]
    assert (done.earlier, done.events) == (None, 2)
    assert await rows_of(pool, a_user) == [0, 0, 0, 0, 0, 1]
    assert (
        await pool.fetchval("select count(*) from dead_letters where message || error <> ''") == 0
    )
    assert await others_rows(pool, other) == before
    (received, _) = await event_log.read(streams.conversation(a_user))
    with pytest.raises(SealedForEver):
        await event_log.opened(received)
    assert await vault.user_for([PHONE]) != a_user

    again = await forgetting.forget(a_user)
    assert counts(again) == [0, 0, 0, 0, 0]
    assert again.earlier is not None
    assert again.tombstone.event_id == done.tombstone.event_id


async def others_rows(pool: asyncpg.Pool, user: UserId) -> list[str]:
    return [
        row[0]
        for table in ("events", "vault_people", "vault_keys", "vault_addresses")
        for row in await pool.fetch(f"select t::text from {table} t where user_id = $1", user)
    ]


@pytest.mark.parametrize("side", ["before", "after"])
async def test_a_crash_leaves_all_or_nothing_and_running_it_again_is_enough(
    pool: asyncpg.Pool, forgetting: Forgetting, traced: UserId, side: str
) -> None:
    failpoints.arm(f"forget.commit.{side}=raise")
    with pytest.raises(failpoints.Injected):
        await forgetting.forget(traced)
    failpoints.arm("")

    left = [1, 1, 1, 1, 2, 0] if side == "before" else [0, 0, 0, 0, 0, 1]
    assert await rows_of(pool, traced) == left
    await forgetting.forget(traced)
    assert await rows_of(pool, traced) == [0, 0, 0, 0, 0, 1]


async def test_a_transaction_that_fails_inside_destroys_nothing(
    pool: asyncpg.Pool, forgetting: Forgetting, traced: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> int:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("taskflow.privacy.media.purge", breaks)
    with pytest.raises(RuntimeError):
        await forgetting.forget(traced)

    assert await rows_of(pool, traced) == [1, 1, 1, 1, 2, 0]
    assert await pool.fetchval("select count(*) from vault_addresses") == 1


async def test_read_models_that_lag_are_named(
    pool: asyncpg.Pool, forgetting: Forgetting, a_user: UserId
) -> None:
    done = await forgetting.forget(a_user)
    assert await forgetting.behind(done.tombstone, within=0) == []
    await pool.execute("insert into projection_checkpoints (name, version) values ('slow', 1)")

    assert await forgetting.behind(done.tombstone, within=0) == ["slow"]


class Process:
    """What another process has: a vault that remembers keys, and its ears."""

    def __init__(self, dsn: str, pool: asyncpg.Pool) -> None:
        self.vault = Vault(pool, MasterKey(MASTER_KEY))
        self.wakeups = Wakeups(dsn, "tests-listen")
        self.forgotten = Forgotten(pool, self.vault, self.wakeups)

    async def still_opens(self, user: UserId) -> bool:
        try:
            await self.vault.key(user)
        except SealedForEver:
            return False
        return True


@pytest.fixture
async def elsewhere(database: str, pool: asyncpg.Pool, a_user: UserId) -> Process:
    process = Process(database, pool)
    await process.vault.key(a_user)
    return process


async def test_another_process_hears_of_it_by_notification(
    pool: asyncpg.Pool, elsewhere: Process, forgetting: Forgetting, a_user: UserId
) -> None:
    dropped: list[UserId] = []
    elsewhere.forgotten.tell(dropped.append)
    listening = asyncio.create_task(elsewhere.wakeups.run())
    try:

        async def listens() -> bool:
            await pool.execute("select pg_notify($1, $2)", vaults.FORGOTTEN_CHANNEL, str(uuid4()))
            return bool(dropped)

        await eventually(listens, 10)
        await forgetting.forget(a_user)

        async def heard() -> bool:
            return not await elsewhere.still_opens(a_user)

        await eventually(heard, 10)
        assert dropped[-1] == a_user
    finally:
        listening.cancel()


async def test_a_missed_notification_is_made_good_by_asking(
    elsewhere: Process, forgetting: Forgetting, a_user: UserId
) -> None:
    await elsewhere.forgotten.ask()
    await forgetting.forget(a_user)
    assert await elsewhere.still_opens(a_user), "it neither heard nor asked"

    await elsewhere.forgotten.ask()
    assert not await elsewhere.still_opens(a_user)


async def test_who_can_neither_hear_nor_ask_trusts_no_key_for_long(
    elsewhere: Process, forgetting: Forgetting, a_user: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    await forgetting.forget(a_user)
    monkeypatch.setattr(vaults, "TRUSTED_SECONDS", 0.0)

    assert not await elsewhere.still_opens(a_user)


async def test_asking_keeps_keys_good_without_reading_them_again(
    elsewhere: Process, pool: asyncpg.Pool, a_user: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    await elsewhere.forgotten.ask()
    read_at, key = elsewhere.vault._keys[a_user]
    monkeypatch.setattr(vaults.clock, "monotonic", lambda: read_at + vaults.TRUSTED_SECONDS + 1)
    elsewhere.vault.checked(read_at + vaults.TRUSTED_SECONDS)

    assert await elsewhere.vault.key(a_user) is key


Command = Callable[..., object]


@pytest.fixture
def settings_of_the_command(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:1")
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", base64.b64encode(MASTER_KEY).decode())


@pytest.mark.usefixtures("settings_of_the_command")
async def test_the_command_counts_what_there_was_and_knows_who_was_forgotten_already(
    pool: asyncpg.Pool,
    vault: Vault,
    event_log: EventLog,
    a_user: UserId,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await leaves_traces(a_user, pool, vault, event_log)
    await command.forget_user("+15551230001", yes=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["user"] == str(a_user)
    assert told["destroyed"]["pictures"] == told["destroyed"]["keys"] == 1
    assert told["read_models_behind"] == told["held_in_files_by"] == []

    await command.forget_user(str(a_user), yes=True, json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "was forgotten already" in said
    assert "gone from PostgreSQL's files and write-ahead log" in said
    with pytest.raises(Configuration, match="known by their id alone"):
        await command.forget_user("+15551230001", yes=True, json=False)


@pytest.mark.usefixtures("settings_of_the_command")
async def test_nobody_is_forgotten_who_never_was(
    pool: asyncpg.Pool, forgetting: Forgetting
) -> None:
    with pytest.raises(Configuration, match="there never was one"):
        await command.forget_user(str(UUID(int=5)), yes=True, json=False)
    with pytest.raises(UnknownUser):
        await forgetting.forget(UserId(UUID(int=5)))
    assert await pool.fetchval("select count(*) from events") == 0
