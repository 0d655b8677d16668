"""Relay, deliveries, parking and the bus that loses everything."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import nats
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from contracts import slots, streams
from contracts.conversation import MessageReceived
from contracts.recorded import Recorded
from contracts.streams import UserId
from services.agent.decider import FOLD
from taskflow import failpoints
from taskflow.bus import bus, publishing
from taskflow.cli import main as cli
from taskflow.errors import Retryable
from taskflow.log.appending import Write
from taskflow.log.event_log import EventLog
from taskflow.process.service import Runtime
from taskflow.process.settings import RuntimeSettings
from taskflow.process.watchdog import Moves, Watchdog, event_message
from tests.support.eventually import eventually
from tests.support.relaying import running
from tests.support.servers import NatsServer

pytestmark = pytest.mark.integration


class Listener:
    """A service of one handler, which does as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[UUID, int]] = []
        self.fails: dict[UUID, Exception] = {}
        self.slow = 0.0
        self.cancelled = 0

    async def __call__(self, recorded: Recorded[Any], delivery: int) -> None:
        self.heard.append((recorded.event_id, delivery))
        if error := self.fails.get(recorded.event_id):
            raise error
        try:
            await asyncio.sleep(self.slow)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    @asynccontextmanager
    async def build(self, runtime: Runtime):
        bus.consume(runtime.broker, "agent", self, runtime.dead_letters, workers=20)
        yield

    def count(self, event_id: UUID) -> int:
        return sum(heard == event_id for heard, _ in self.heard)


async def write(log: EventLog, user: UserId, n: int) -> UUID:
    said = MessageReceived(message_ref=f"SM{n}", channel="whatsapp", kind="text", text="hi")
    outcome = await log.append(
        [Write(streams.conversation(user), [said], user)], slots.message(f"SM{n}")
    )
    return outcome.events[0].event_id


async def test_every_event_is_delivered_once_whether_few_or_many(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    listener, at_once = Listener(), asyncio.Semaphore(100)

    async def one(n: int) -> UUID:
        async with at_once:  # so that none waits as long as a caller would
            return await write(event_log, a_user, n)

    async with running("agent", settings, listener.build):
        few = [await write(event_log, a_user, n) for n in range(3)]
        await eventually(lambda: len(listener.heard) == 3)
        many = await asyncio.gather(*(one(n) for n in range(10, 300)))
        await eventually(lambda: len(listener.heard) == 293)

    assert {heard for heard, _ in listener.heard} == {*few, *many}


async def test_a_lost_jetstream_store_is_rebuilt_from_the_log(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId, nats_server: NatsServer
) -> None:
    listener = Listener()
    async with running("agent", settings, listener.build):
        before = [await write(event_log, a_user, n) for n in range(5)]
        await eventually(lambda: len(listener.heard) == 5)
        nats_server.kill()
        nats_server.delete_store()
        during = await write(event_log, a_user, 50)
        nats_server.start()
        after = await write(event_log, a_user, 51)
        await nats_server.provision()  # as `taskflow provision --every` does
        await eventually(lambda: listener.count(after) > 0, seconds=30)

        assert listener.count(during) == 1
        # The bus holds again all that it held; deliveries of old events do no harm.
        await eventually(lambda: all(listener.count(one) == 2 for one in before))


async def test_only_a_relay_that_goes_back_says_that_it_was_rewound(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId, nats_server: NatsServer
) -> None:
    def said(name: str) -> int:
        return sum(line["event"] == name for line in lines)

    with capture_logs() as lines:
        listener = Listener()
        async with running("agent", settings, listener.build):
            first = await write(event_log, a_user, 1)
            await eventually(lambda: listener.count(first) == 1)
        assert (said("relay.stream_met"), said("relay.rewound")) == (1, 0)
        nats_server.kill()
        nats_server.delete_store()
        nats_server.start()
        await nats_server.provision()
        async with running("agent", settings, listener.build):
            await eventually(lambda: listener.count(first) == 2)
        assert said("relay.rewound") == 1


async def test_two_replicas_share_one_relay_and_its_leader_can_die(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    one, two = Listener(), Listener()
    async with running("agent", settings, two.build):
        async with running("agent", settings, one.build):
            for n in range(20):
                await write(event_log, a_user, n)
            await eventually(lambda: len(one.heard) + len(two.heard) == 20)
        await write(event_log, a_user, 99)
        await eventually(lambda: len(one.heard) + len(two.heard) == 21)


async def test_a_retryable_error_comes_again_and_others_wait_for_nobody(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    listener = Listener()
    async with running("agent", settings, listener.build):
        bad = slots.event_id(slots.message("SM1"), 0)
        listener.fails[bad] = Retryable("later", delay=0.2)
        await write(event_log, a_user, 1)
        good = await write(event_log, a_user, 2)
        await eventually(lambda: listener.count(good) == 1)
        await eventually(lambda: listener.count(bad) >= 2)
        del listener.fails[bad]
        await eventually(lambda: listener.count(bad) >= 3)

    assert [delivery for heard, delivery in listener.heard if heard == bad][:3] == [1, 2, 3]


async def test_a_poison_event_is_parked_and_succeeds_by_dlq_retry(
    settings: RuntimeSettings,
    event_log: EventLog,
    a_user: UserId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener = Listener()
    monkeypatch.setenv("DATABASE_URL", settings.dsn)
    monkeypatch.setenv("NATS_URL", settings.nats_url)
    monkeypatch.setenv("TASKFLOW_MASTER_KEY", settings.taskflow_master_key.get_secret_value())
    async with running("agent", settings, listener.build) as runtime:
        poison = slots.event_id(slots.message("SM1"), 0)
        listener.fails[poison] = ZeroDivisionError("with private words")
        await write(event_log, a_user, 1)
        (letter,) = await eventually(runtime.dead_letters.all)
        assert (letter.event_id, letter.error_code) == (poison, "ZeroDivisionError")
        assert "private" not in letter.error
        del listener.fails[poison]

        assert "ZeroDivisionError" in await asyncio.to_thread(dlq, "list", "--json")
        assert str(poison) in await asyncio.to_thread(dlq, "show", str(letter.id))
        said = await asyncio.to_thread(dlq, "retry", str(letter.id))
        assert "delivered again" in said
        await eventually(lambda: listener.count(poison) == 2)
        assert "no dead letters" in await asyncio.to_thread(dlq, "list")
        assert '"settled_by": "retry"' in await asyncio.to_thread(dlq, "list", "--all", "--json")


def dlq(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["dlq", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


async def test_what_is_no_event_is_kept_as_a_row(
    settings: RuntimeSettings, event_log: EventLog
) -> None:
    listener = Listener()
    async with running("agent", settings, listener.build) as runtime:
        client = await runtime.client
        await client.jetstream().publish("taskflow.events.message.received", b"{broken")
        (letter,) = await eventually(runtime.dead_letters.all)

    assert (letter.event_id, letter.message) == (None, "{broken")


async def test_stopping_hands_back_what_is_in_flight(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "GRACE_SECONDS", 0.2)
    slow, next_ = Listener(), Listener()
    slow.slow = 60
    async with running("agent", settings, slow.build):
        one = await write(event_log, a_user, 1)
        await eventually(lambda: slow.heard)
    assert slow.cancelled == 1
    async with running("agent", settings, next_.build):
        await eventually(lambda: next_.count(one) == 1)


async def test_the_watchdog_wakes_what_the_bus_lost(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    listener = Listener()
    async with running("agent", settings, listener.build) as runtime:
        one = await write(event_log, a_user, 1)
        await eventually(lambda: listener.count(one) == 1)
        await runtime.pool.execute(
            "insert into moves (stream, service, driver, since)"
            " values ($1, 'agent', $2, now() - interval '3 minutes')",
            streams.conversation(a_user),
            one,
        )
        watchdog = Watchdog(runtime.pool, event_log, await runtime.client)

        assert await watchdog.nudge() == 1
        await eventually(lambda: listener.count(one) == 2)
        assert await watchdog.nudge() == 0


async def test_a_batch_with_an_old_event_inside_goes_singly(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    listener = Listener()
    async with running("agent", settings, listener.build) as runtime:
        ids = [await write(event_log, a_user, n) for n in range(30)]
        await eventually(lambda: len(listener.heard) == 30)
        messages = [await event_message(runtime.pool, one) for one in ids]
        client = await runtime.client

        assert await publishing.publish(client, messages) <= 30
        info = await client.jetstream().stream_info("TASKFLOW")
        assert info.state.messages == 30


async def test_an_event_of_a_newer_release_is_handed_back_never_parked(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId
) -> None:
    """An older replica meets it in the stream that it folds: it must leave the work to others."""
    seen: list[int] = []

    @asynccontextmanager
    async def build(runtime: Runtime):
        async def fold(recorded: Recorded[Any], delivery: int) -> None:
            seen.append(delivery)
            await runtime.log.read(recorded.stream)

        bus.consume(runtime.broker, "agent", fold, runtime.dead_letters, workers=5)
        runtime.project(Moves("agent", FOLD, lambda state: state.driver, runtime.folds))
        yield

    async with running("agent", settings, build) as runtime:
        await runtime.pool.execute(
            "insert into events (event_id, stream, version, type, schema_version, payload,"
            " correlation) values ($1, $2, 1, 'takeover.started', 1, '{}', $1)",
            uuid4(),
            streams.conversation(a_user),
        )
        await write(event_log, a_user, 1)
        await eventually(lambda: len(seen) >= 2)

        assert await runtime.dead_letters.all() == []
        assert not runtime.failed.is_set(), "the projection waits for a newer replica too"


async def test_a_hole_in_the_bus_is_filled_again_from_the_log(
    settings: RuntimeSettings, event_log: EventLog, a_user: UserId, nats_server: NatsServer
) -> None:
    """Corruption takes a block out of the middle, and leaves the last sequence as it was."""

    @asynccontextmanager
    async def build(runtime: Runtime):
        yield

    for n in range(5):
        await write(event_log, a_user, n)
    async with running("agent", settings, build) as runtime:
        client = await runtime.client
        bus_ = client.jetstream()

        async def messages() -> int:
            return (await bus_.stream_info("TASKFLOW")).state.messages

        async def all_there() -> bool:
            return await messages() >= 5

        await eventually(all_there)
    async with await nats.connect(nats_server.url) as client:
        await client.jetstream().delete_msg("TASKFLOW", 3)
    nats_server.stop()  # what it knows of duplicates is read from what it still holds
    nats_server.start()
    async with running("agent", settings, build) as runtime:
        client = await runtime.client
        bus_ = client.jetstream()

        async def found_again() -> bool:
            info = await bus_.stream_info("TASKFLOW")
            ids = {
                (await bus_.get_msg("TASKFLOW", n)).headers["Nats-Msg-Id"]
                for n in range(1, info.state.last_seq + 1)
                if n != 3
            }
            return len(ids) == 5

        await eventually(found_again, seconds=15)


async def test_a_pull_that_fails_ends_the_service_and_leaves_it_not_deaf(
    settings: RuntimeSettings,
) -> None:
    """Whoever stops asking for deliveries must be heard: a supervisor starts it again."""
    failpoints.arm("bus.pull.before=raise")
    try:
        async with running("agent", settings, Listener().build) as runtime:
            await eventually(runtime.failed.is_set)
    finally:
        failpoints.arm("")


async def test_leaving_a_service_in_peace_is_no_failure(settings: RuntimeSettings) -> None:
    async with running("agent", settings, Listener().build) as runtime:
        await runtime.client
    assert not runtime.failed.is_set()
