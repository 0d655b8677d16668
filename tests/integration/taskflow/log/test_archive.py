"""What left the database for files is read, refused and verified as before."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.streams import UserId
from taskflow import failpoints
from taskflow.errors import ConcurrentAppend, Configuration
from taskflow.log.appending import Appended, Exists, Write
from taskflow.log.archive import partitions as found
from taskflow.log.archive.manifest import EVENTS, MANIFEST, ArchiveUnreadable
from taskflow.log.archive.storing import Archiver
from taskflow.log.archive.verifying import Verifier
from taskflow.log.event_log import Cursor, EventLog
from taskflow.log.group_commit import GroupCommit
from taskflow.postgres import database as db
from taskflow.privacy.vault import Vault
from taskflow.process.service import runtime
from taskflow.process.settings import RuntimeSettings
from tests.conftest import runtime_settings
from tests.support import partitions

pytestmark = pytest.mark.integration

CANARY = "the canary sings at noon"
STARTED = TurnStarted(number=0)


def message(sid: str) -> MessageReceived:
    return MessageReceived(message_ref=sid, channel="whatsapp", kind="text", text=CANARY)


@dataclass
class World:
    """A log of closed partitions and an open one, in which streams begin, end and go on."""

    dsn: str
    pool: asyncpg.Pool
    vault: Vault
    group: GroupCommit
    owner: asyncpg.Connection
    folder: Path
    user: UserId

    def log(self, folder: Path | None = None) -> EventLog:
        """A process that starts now."""
        return EventLog(self.pool, self.vault, self.group, folder or self.folder)

    async def fill(self, parts: int = 4, each: int = 4) -> list[UUID]:
        log, talk = self.log(), streams.conversation(self.user)
        taken: list[UUID] = []
        for part in range(parts):
            for n in range(each):
                slot = slots.message(f"SM{part}{n}")
                taken.append(slot)
                writes = [Write(talk, [message(f"SM{part}{n}"), STARTED], self.user)]
                await log.append([*writes, Write(f"reminder-{part}", [STARTED], None)], slot)
            if part == 0:
                await log.append([Write("early", [STARTED] * 5, None)], uuid4())
            if part < parts - 1:
                await partitions.close(self.owner)
        await partitions.published(self.owner)
        return taken

    async def findings(self) -> tuple[list[str], str]:
        verifier = Verifier(self.owner, self.folder)
        wrong = [finding.says async for finding in verifier.findings()]
        return wrong, str(verifier.head())


@pytest.fixture
async def world(
    database: str, vault: Vault, a_user: UserId, tmp_path: Path
) -> AsyncGenerator[World]:
    group = GroupCommit(database, "tests-append")
    owner = await asyncpg.connect(database)
    async with db.pool(database, "tests") as pool:
        yield World(database, pool, vault, group, owner, tmp_path / "archive", a_user)
        await group.close()
    await owner.close()


async def everything(log: EventLog, user: UserId) -> dict[str, object]:
    """All that can be read of a log, by every way there is."""
    talk = streams.conversation(user)
    names = [talk, "early", *(f"reminder-{n}" for n in range(5))]
    paged: list[object] = []
    cursor = Cursor()
    while page := await log.follow(cursor, 7):
        paged += page
        cursor = Cursor(page[-1].transaction_id, page[-1].position)
    events = [event async for page in log.pages(limit=5) for event in page.events]
    return {
        "follow": paged,
        "follow_all": [one async for one in log.follow_all()],
        "pages": events,
        "read": {name: await log.read(name) for name in names},
        "read after": {
            (name, n): await log.read(name, n) for name in names for n in (1, 5, 30, 99)
        },
        "read_all": await log.read_all(dict.fromkeys(names, 3)),
        "read_end": {
            (upto, count): await log.read_end(talk, upto, count)
            for upto in (1, 9, 31, 999)
            for count in (1, 6, 40)
        },
        "firsts": await log.firsts(names),
        "find": [await log.find(event.event_id) for event in events],
        "opened": [(await log.opened(event)).event for event in await log.read(talk)],
    }


async def test_archived_and_live_are_read_as_one(world: World) -> None:
    await world.fill()
    head = await world.findings()
    before = await everything(world.log(), world.user)
    old = world.log()
    assert len(await old.read("early")) == 5

    told = await partitions.archive_all(world.owner, world.folder)

    assert [one.name for one in told] == ["events_p0", "events_p18", "events_p30"]
    assert await world.owner.fetchval("select count(*) from events") == 12
    after = await everything(world.log(), world.user)
    for way, answers in before.items():
        assert after[way] == answers, way
    assert await world.findings() == head == ([], head[1])


async def test_of_a_stream_that_is_archived_whole_only_the_asked_end_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.fill()
    await partitions.archive_all(world.owner, world.folder)
    log, asked = world.log(), list[object]()
    read = log._archive.streams

    async def streams(lacking: dict[str, tuple[int, int]]) -> dict[str, list[Any]]:
        asked.append(dict(lacking))
        return await read(lacking)

    monkeypatch.setattr(log._archive, "streams", streams)
    assert [one.version for one in await log.read_end("early", 4, 2)] == [3, 4]
    assert asked == [{"early": (2, 4)}]


async def test_appends_go_on_from_what_was_archived(world: World) -> None:
    taken = await world.fill()
    await partitions.archive_all(world.owner, world.folder)
    log = world.log()

    for slot in (taken[0], taken[7], taken[-1]):
        outcome = await log.append([Write("another", [STARTED], None)], slot)
        assert isinstance(outcome, Exists)
        assert [one.event_id for one in outcome.events] == [
            slots.event_id(slot, n) for n in range(3)
        ]
    with pytest.raises(ConcurrentAppend):
        await log.append([Write("early", [STARTED], None, expected_version=0)], uuid4())
    more = await log.append([Write("early", [STARTED], None, expected_version=5)], uuid4())
    assert isinstance(more, Appended)
    assert [one.version for one in await log.read("early")] == [1, 2, 3, 4, 5, 6]
    assert (await world.findings())[0] == []


async def test_a_follower_that_read_before_reads_on_after(world: World) -> None:
    """It learned of the archives when they were announced, well before the rows went."""
    await world.fill()
    log = world.log()
    page = await log.follow(Cursor(), 5)
    whole = [one async for one in world.log().follow_all()]
    log._archive._list.read_at = float("-inf")

    await partitions.archive_all(world.owner, world.folder)

    cursor = Cursor(page[-1].transaction_id, page[-1].position)
    assert page + [one async for one in log.follow_all(cursor)] == whole


async def test_the_files_hold_no_readable_text_and_open_elsewhere(world: World) -> None:
    import pyarrow.parquet as pq

    await world.fill()
    (told, *_) = await partitions.archive_all(world.owner, world.folder)

    files = [path for path in world.folder.rglob("*") if path.is_file()]
    assert len(files) == 6
    table = pq.read_table(world.folder / told.name / EVENTS)
    keys = list(
        zip(table["transaction_id"].to_pylist(), table["position"].to_pylist(), strict=True)
    )
    assert keys == sorted(keys)
    assert table.num_rows == told.events == 17
    everything = b"".join(path.read_bytes() for path in files)
    texts = "".join(table["payload"].to_pylist())
    assert CANARY.encode() not in everything
    assert CANARY not in texts
    assert "message_ref" in texts
    written = json.loads((world.folder / told.name / MANIFEST).read_text())
    assert (written["events"], written["streams"], written["to_position"]) == (17, 3, 18)


async def test_a_missing_or_changed_file_is_named_with_its_mend(
    world: World, tmp_path: Path
) -> None:
    await world.fill()
    await partitions.archive_all(world.owner, world.folder)

    with pytest.raises(ArchiveUnreadable, match=r"elsewhere/events_p0/manifest.json is not there"):
        await world.log(tmp_path / "elsewhere").read("early")
    path = world.folder / "events_p0" / EVENTS
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveUnreadable, match=r"events_p0/events.parquet is not the file that"):
        await world.log().follow(Cursor())
    with pytest.raises(ArchiveUnreadable, match="bring back a good copy"):
        await world.findings()
    path.unlink()
    with pytest.raises(ArchiveUnreadable, match="cannot be read"):
        await world.log().read("early")


async def test_a_partition_that_is_needed_stays(world: World) -> None:
    await world.fill()
    event = (await world.log().read("early"))[0]
    await world.owner.execute(
        "insert into moves (stream, service, driver, since) values ('s', 'agent', $1, now())",
        event.event_id,
    )
    with pytest.raises(Configuration, match="1 conversations wait for an event in it"):
        await partitions.archive_all(world.owner, world.folder)
    await world.owner.execute("delete from moves")
    await world.owner.execute("update relay_cursor set position = 0, transaction_id = '0'")
    with pytest.raises(Configuration, match="the relay has not published all of it"):
        await partitions.archive_all(world.owner, world.folder)
    blocked = world.folder.parent / "a file"
    blocked.touch()
    await partitions.published(world.owner)
    with pytest.raises(Configuration, match="cannot be written"):
        await partitions.archive_all(world.owner, blocked / "x")
    assert len(await world.log().read("early")) == 5


async def test_nobody_writes_into_a_closed_partition(world: World) -> None:
    await world.fill()
    one = (await found.closed(world.owner))[0]
    await found.seal(world.owner, one)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="INSERT on events is refused"):
        await world.owner.execute(
            "insert into events (position, event_id, stream, version, type, schema_version,"
            " payload, correlation)"
            " values (1, gen_random_uuid(), 's', 1, 'x', 1, '{}', gen_random_uuid())"
        )


async def test_broken_off_anywhere_it_goes_on(world: World) -> None:
    """Each partition breaks at a point of its own."""
    points = [f"archive.{step}" for step in ("seal", "write", "index", "drop")]
    places = [f"{point}.{side}" for point in points for side in ("before", "after")]
    await world.fill(parts=len(places) + 1, each=1)
    before = [one async for one in world.log().follow_all()]
    try:
        for place in places:
            one = (await found.closed(world.owner))[0]
            failpoints.arm(f"{place}=raise")
            with pytest.raises(failpoints.Injected):
                await Archiver(world.owner, world.folder, grace=0).archive(one)
            failpoints.arm("")
            assert [one async for one in world.log().follow_all()] == before
            if place != "archive.drop.after":
                await Archiver(world.owner, world.folder, grace=0).archive(one)
    finally:
        failpoints.arm("")

    assert await found.closed(world.owner) == []
    assert [one async for one in world.log().follow_all()] == before
    assert (await world.findings())[0] == []


@pytest.mark.long
async def test_the_command_killed_in_the_middle_is_run_again(world: World) -> None:
    await world.fill(parts=3, each=1)
    settings = runtime_settings(world.dsn, "nats://127.0.0.1:1", world.folder.parent)
    environment = os.environ | {key.upper(): str(value) for key, value in settings.items()}
    command = [sys.executable, "-m", "taskflow.cli.main", "archive", "--before", "999"]

    async def run(**more: str) -> tuple[int | None, list[dict[str, Any]]]:
        process = await asyncio.create_subprocess_exec(
            *command,
            *("--grace", "0", "--json"),
            env=environment | more,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        lines = [line for line in said.decode().splitlines() if line.startswith("{")]
        return process.returncode, [json.loads(line) for line in lines]

    killed, said = await run(TASKFLOW_FAILPOINTS="archive.index.after=kill@4")
    assert killed == -signal.SIGKILL
    assert [line["archive"] for line in said] == ["events_p0"]
    ended, said = await run()

    assert ended == 0
    (told,) = said
    assert (told["archive"], told["file"]) == ("events_p9", EVENTS)
    assert await world.owner.fetchval("select count(*) from events") == 3
    assert (await world.findings())[0] == []


async def test_a_service_reads_on_where_its_settings_say_the_archive_is(
    world: World, tmp_path: Path
) -> None:
    await world.fill()
    talk = streams.conversation(world.user)
    before = await world.log().read(talk)
    await partitions.archive_all(world.owner, world.folder)

    settings = RuntimeSettings(**runtime_settings(world.dsn, "nats://127.0.0.1:1", tmp_path))
    async with runtime("agent", settings) as service:
        assert await service.log.read(talk) == before
