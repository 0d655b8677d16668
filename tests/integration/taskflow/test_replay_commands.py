"""Events of the past on a real NATS: in order, once, resumable, and never where live ones are."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client

from contracts.recorded import Message
from taskflow.bus import topology
from taskflow.cli.replaying.replay_publish import publish_log
from taskflow.cli.replaying.replay_verify import verify_log
from taskflow.errors import Configuration
from taskflow.log.event_log import Cursor
from taskflow.process.settings import RuntimeSettings
from taskflow.replay.publish import Pace, WantedEvents, publish, speed_of
from taskflow.replay.recordings import FileSource
from taskflow.replay.run_stream import CURSOR, NotAReplay, RunStream
from tests.support import golden_stories as stories
from tests.support import recording
from tests.support.golden import GOLDEN, MASTER, accepted_beside

EVERYTHING = GOLDEN / "0.1.0" / "everything.jsonl"
RECORDED = FileSource.of(EVERYTHING)
ALL: list[Message] = RECORDED._messages


@pytest.fixture
async def client(nats_server: Any) -> AsyncGenerator[Client]:
    client = await nats.connect(nats_server.url)
    yield client
    await client.close()


async def live(client: Client) -> list[object]:
    """Everything that the live stream and its consumers count."""
    jetstream = client.jetstream()
    state = (await jetstream.stream_info(topology.STREAM)).state
    infos = [await jetstream.consumer_info(topology.STREAM, c.service) for c in topology.CONSUMERS]
    return [state, *((one.num_pending, one.delivered, one.ack_floor) for one in infos)]


async def stored_in(client: Client, stream: str) -> list[Message]:
    jetstream = client.jetstream()
    state = (await jetstream.stream_info(stream)).state
    found = [await jetstream.get_msg(stream, n) for n in range(1, state.last_seq + 1)]
    for one in found:
        assert one.subject.startswith(f"taskflow.replay.{stream.removeprefix('REPLAY_')}.")
    return [Message.model_validate_json(one.data) for one in found]


@pytest.mark.long
async def test_a_run_that_is_killed_goes_on_where_it_was(client: Client, nats_server: Any) -> None:
    """Killed with -9 between two pages; live counts never move."""
    before = await live(client)
    script = (
        "import asyncio, os, signal, nats\n"
        "from tests.integration.taskflow import test_replay_commands as t\n"
        f"asyncio.run(t.publish_and_die({nats_server.url!r}))\n"
    )
    # The publisher itself is killed, as an operator's would be.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=Path(__file__).parents[3]
    )
    assert await process.wait() == -signal.SIGKILL

    run = RunStream(client, "killed")
    begun = await run.begin({})
    assert begun.published == 100
    assert begun.cursor == Cursor(ALL[99].transaction_id, ALL[99].position)

    count = await publish(behind(begun.cursor), WantedEvents(), None, run.publish)
    assert count == len(ALL) - 100
    assert await stored_in(client, run.name) == ALL
    assert (await run.begin({})).published == len(ALL)
    assert (
        await publish(behind((await run.begin({})).cursor), WantedEvents(), None, run.publish) == 0
    )
    assert await live(client) == before


async def publish_and_die(url: str) -> None:
    client = await nats.connect(url)
    run = RunStream(client, "killed")
    await run.begin({})
    await run.publish(ALL[:90])
    await run.publish(ALL[90:100])
    os.kill(os.getpid(), signal.SIGKILL)


async def behind(cursor: Cursor) -> AsyncGenerator[Message]:
    for one in ALL:
        if Cursor(one.transaction_id, one.position) > cursor:
            yield one


async def test_a_run_has_no_way_to_live_subjects(client: Client) -> None:
    before = await live(client)
    run = RunStream(client, "wall")
    await run.begin({})
    with pytest.raises(NotAReplay):
        run._ours("taskflow.events.reply.ready")
    with pytest.raises(NotAReplay):
        run._ours("taskflow.replay.another.reply.ready")
    requested = next(one for one in ALL if one.type == "tool.requested")
    await run.publish([requested])
    assert run.subject(requested).startswith("taskflow.replay.wall.tool.requested.")
    assert await live(client) == before


async def test_what_is_kept_of_a_message(client: Client) -> None:
    run = RunStream(client, "headers")
    await run.begin({"--type": "reply.*"})
    await run.publish(ALL[:1])
    await run.publish(ALL[:1])  # Stored once: its id is the event's.
    state = (await client.jetstream().stream_info(run.name)).state
    kept = await client.jetstream().get_msg(run.name, 1)
    assert state.messages == 1
    assert kept.headers == {
        "Nats-Msg-Id": str(ALL[0].event_id),
        CURSOR: f"{ALL[0].transaction_id}:{ALL[0].position}",
    }
    assert (await run.begin({"--type": ""})).asked == {"--type": "reply.*"}


async def test_the_commands(
    settings: RuntimeSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A log in a database is verified as the same log in a file is, and published from there."""
    await recording.load(settings.dsn, EVERYTHING)
    monkeypatch.setenv("DATABASE_URL", settings.dsn)
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", base64.b64encode(MASTER).decode())
    monkeypatch.setenv("NATS_URL", settings.nats_url)
    bob = str(stories.BOB)
    for user, differ in ((None, len(accepted_beside(EVERYTHING))), (str(stories.EVE), 0)):
        whose: dict[str, Any] = {"since": None, "user": user, "open_": False, "json": True}
        assert await verify_log(**whose, file=None) is (differ == 0)
        stored = capsys.readouterr().out.splitlines()
        assert await verify_log(**whose, file=EVERYTHING) is (differ == 0)
        filed = capsys.readouterr().out.splitlines()
        assert stored == filed
        assert len(stored) == differ + 1

    client = await nats.connect(settings.nats_url)
    asked: dict[str, Any] = {
        "run": "all", "since": None, "until": None, "types": ["message.*"],
        "user": bob, "speed": "max", "json": True,
    }  # fmt: skip
    before = await live(client)
    await publish_log(**asked)
    await publish_log(**asked)
    first, again = map(json.loads, capsys.readouterr().out.splitlines())
    bobs = [o for o in ALL if o.user_id == stories.BOB and o.type == "message.received"]
    assert (first["published"], first["before"], first["stream"]) == (len(bobs), 0, "REPLAY_all")
    assert (again["published"], again["before"]) == (0, len(bobs))
    assert [o.event_id for o in await stored_in(client, "REPLAY_all")] == [o.event_id for o in bobs]
    assert await live(client) == before

    for wrong, says in (
        ({"types": ["reply.*"]}, "was begun with --type message"),
        ({"types": ["message.sung"]}, "there is no event 'message.sung'"),
        ({"run": "Not a name"}, "--run wants"),
        ({"run": "live.events"}, "--run wants"),
        ({"speed": "fast"}, "--speed wants"),
        ({"since": "soon"}, "--from wants a time"),
    ):
        with pytest.raises(Configuration, match=says):
            await publish_log(**{**asked, **wrong})
    await client.close()


def test_speeds() -> None:
    assert [speed_of(one) for one in ("1x", "10x", "0.5x", "max")] == [1, 10, 0.5, None]
    for bad in ("0x", "10", "x", "-1x"):
        with pytest.raises(Configuration):
            speed_of(bad)


def test_the_recorded_gaps_are_kept_and_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("taskflow.clock.monotonic", lambda: now)
    pace = Pace(10)
    later = ALL[0].model_copy(update={"recorded_at": ALL[0].recorded_at + timedelta(seconds=50)})
    assert pace.wait_of(ALL[0]) == 0
    assert pace.wait_of(later) == pytest.approx(5)
    now = 104.0
    assert pace.wait_of(later) == pytest.approx(1)
    now = 120.0
    assert pace.wait_of(later) < 0
    assert Pace(None).wait_of(later) == 0


async def test_only_what_is_wanted_is_published() -> None:
    out: list[Message] = []

    async def put(page: Any) -> None:
        out.extend(page)

    middle = ALL[200].recorded_at
    user = ALL[200].user_id
    wanted = WantedEvents(since=middle, types=["reply.*", "turn.started"], user=user)
    await publish(behind(Cursor()), wanted, None, put)
    assert out == [
        one
        for one in ALL
        if one.recorded_at >= middle
        and one.user_id == user
        and (one.type.startswith("reply.") or one.type == "turn.started")
    ]
    assert out
    out.clear()
    await publish(behind(Cursor()), WantedEvents(until=middle), 1e9, put)
    assert out == [one for one in ALL if one.recorded_at < middle]
