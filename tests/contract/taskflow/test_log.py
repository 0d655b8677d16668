"""What every log keeps to: run on the one in memory and on PostgreSQL."""

import asyncio
import contextlib
from uuid import UUID, uuid4

import pytest

from contracts import slots, streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.streams import UserId
from taskflow.errors import ConcurrentAppend
from taskflow.log.appending import Appended, Because, Exists, Write
from taskflow.log.event_log import Log
from tests.support.memory_log import MemoryLog

MESSAGE = MessageReceived(message_ref="SM1", channel="whatsapp", kind="text", text="hello")
STARTED = TurnStarted(number=0)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def log(request: pytest.FixtureRequest) -> Log:
    return MemoryLog() if request.param == "memory" else request.getfixturevalue("event_log")


@pytest.fixture
def user(request: pytest.FixtureRequest) -> UserId:
    if "postgres" in request.node.name:
        return request.getfixturevalue("a_user")
    return UserId(uuid4())


def to(user: UserId, *events, expected: int | None = None) -> Write:
    return Write(streams.conversation(user), list(events), user, expected)


async def test_a_free_slot_takes_the_whole_append(log: Log, user: UserId) -> None:
    outcome = await log.append([to(user, MESSAGE, STARTED)], slot := uuid4())

    assert isinstance(outcome, Appended)
    assert [one.version for one in outcome.events] == [1, 2]
    assert [one.event_id for one in outcome.events] == [slots.event_id(slot, n) for n in (0, 1)]
    assert outcome.events[0].event == MESSAGE


async def test_a_taken_slot_stores_nothing_and_tells_what_stands_there(
    log: Log, user: UserId
) -> None:
    await log.append([to(user, STARTED)], slot := uuid4())

    outcome = await log.append([to(user, MESSAGE, STARTED)], slot)

    assert isinstance(outcome, Exists)
    assert [one.event for one in outcome.events] == [STARTED]
    assert len(await log.read(streams.conversation(user))) == 1


async def test_racing_for_a_slot_one_wins(log: Log, user: UserId) -> None:
    slot = uuid4()

    outcomes = await asyncio.gather(*(log.append([to(user, MESSAGE)], slot) for _ in range(50)))

    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert len(await log.read(streams.conversation(user))) == 1


async def test_several_streams_are_written_together_or_not_at_all(log: Log, user: UserId) -> None:
    other = Write(streams.reminder(uuid4()), [STARTED], user, expected_version=7)

    with pytest.raises(ConcurrentAppend):
        await log.append([to(user, MESSAGE), other], uuid4())

    assert await log.read(streams.conversation(user)) == []


async def test_an_expected_version_is_checked_and_any_is_not(log: Log, user: UserId) -> None:
    await log.append([to(user, MESSAGE)], uuid4())
    await log.append([to(user, STARTED, expected=1)], uuid4())
    with pytest.raises(ConcurrentAppend):
        await log.append([to(user, STARTED, expected=1)], uuid4())
    await log.append([to(user, STARTED)], uuid4())

    versions = [one.version for one in await log.read(streams.conversation(user))]
    assert versions == [1, 2, 3]


async def test_a_taken_slot_is_told_before_a_stale_version(log: Log, user: UserId) -> None:
    await log.append([to(user, MESSAGE)], slot := uuid4())

    outcome = await log.append([to(user, MESSAGE, expected=0)], slot)

    assert isinstance(outcome, Exists)


def at_gate(user: UserId, expected: int, *gates: str) -> Write:
    return Write(streams.conversation(user), [STARTED], user, expected, gates)


async def test_a_gate_conflicts_only_with_what_it_names_behind_the_version(
    log: Log, user: UserId
) -> None:
    await log.append([to(user, MESSAGE, STARTED)], uuid4())

    passed = await log.append([at_gate(user, 1, MESSAGE.type)], uuid4())
    assert isinstance(passed, Appended)
    assert [one.version for one in passed.events] == [3], "it goes to the end, wherever it looked"

    for expected, gates in (
        (0, (MESSAGE.type,)),
        (1, (STARTED.type,)),
        (2, ("no.event", STARTED.type)),
        (0, ("no.event", MESSAGE.type)),
    ):
        with pytest.raises(ConcurrentAppend):
            await log.append([at_gate(user, expected, *gates)], uuid4())
    assert len(await log.read(streams.conversation(user))) == 3

    await log.append([at_gate(user, 3, STARTED.type)], uuid4())
    await log.append([at_gate(user, 0, "no.event", MESSAGE.type[:-1])], uuid4())
    with pytest.raises(ConcurrentAppend):
        await log.append([to(user, STARTED, expected=3)], uuid4())


async def test_a_gate_looks_at_its_own_stream_alone(log: Log, user: UserId) -> None:
    await log.append([Write(streams.reminder(uuid4()), [MESSAGE], user)], uuid4())

    outcome = await log.append([at_gate(user, 0, MESSAGE.type)], uuid4())

    assert isinstance(outcome, Appended)


async def test_a_taken_slot_is_told_before_a_gate(log: Log, user: UserId) -> None:
    await log.append([to(user, MESSAGE)], slot := uuid4())

    outcome = await log.append([at_gate(user, 0, MESSAGE.type)], slot)

    assert isinstance(outcome, Exists)
    assert [one.event.type for one in outcome.events] == [MESSAGE.type]


async def test_a_gate_that_is_shut_lets_nothing_of_its_append_in(log: Log, user: UserId) -> None:
    await log.append([to(user, MESSAGE)], uuid4())
    other = streams.reminder(uuid4())

    for writes in (
        [Write(other, [STARTED], user), at_gate(user, 0, MESSAGE.type)],
        [at_gate(user, 0, MESSAGE.type), Write(other, [STARTED], user)],
    ):
        with pytest.raises(ConcurrentAppend):
            await log.append(writes, uuid4())

    assert await log.read(other) == []
    assert len(await log.read(streams.conversation(user))) == 1


async def test_of_claims_that_race_with_a_message_none_comes_behind_it(
    log: Log, user: UserId
) -> None:
    async def claim() -> None:
        with contextlib.suppress(ConcurrentAppend):
            await log.append([at_gate(user, 0, MESSAGE.type)], uuid4())

    said = log.append([to(user, MESSAGE)], uuid4())
    await asyncio.gather(*(claim() for _ in range(8)), said, *(claim() for _ in range(8)))

    *_, last = await log.read(streams.conversation(user))
    assert last.event.type == MESSAGE.type
    heard = last.version
    assert isinstance(await log.append([at_gate(user, heard, MESSAGE.type)], uuid4()), Appended)


async def test_neighbours_do_not_share_a_failure(log: Log, user: UserId) -> None:
    async def one(expected: int | None) -> bool:
        try:
            await log.append([to(user, STARTED, expected=expected)], uuid4())
        except ConcurrentAppend:
            return False
        return True

    stored = await asyncio.gather(*(one(None if n % 2 else 9_999) for n in range(20)))

    assert stored == [bool(n % 2) for n in range(20)]
    history = await log.read(streams.conversation(user))
    assert [recorded.version for recorded in history] == list(range(1, 11))


async def test_cause_and_correlation_are_kept(log: Log, user: UserId) -> None:
    first = (await log.append([to(user, MESSAGE)], uuid4())).events[0]
    second = (await log.append([to(user, STARTED)], uuid4(), Because.of(first))).events[0]

    assert first.cause is None
    assert (second.cause, second.correlation) == (first.event_id, first.event_id)


async def test_reading_goes_on_where_it_was_and_reads_ends(log: Log, user: UserId) -> None:
    for _ in range(5):
        await log.append([to(user, STARTED)], uuid4())
    stream = streams.conversation(user)

    assert [one.version for one in await log.read(stream, 3)] == [4, 5]
    assert [one.version for one in await log.read_end(stream, 4, 2)] == [3, 4]


async def test_an_event_is_found_by_its_id_and_opens(log: Log, user: UserId) -> None:
    stored = (await log.append([to(user, MESSAGE)], uuid4())).events[0]

    found = await log.find(stored.event_id)

    assert found is not None
    assert (await log.opened(found)).event == MESSAGE
    assert await log.find(UUID(int=0)) is None


@pytest.mark.parametrize("count", [0, 33])
async def test_an_append_is_small_and_never_empty(log: Log, user: UserId, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 32 events"):
        await log.append([to(user, *[STARTED] * count)], uuid4())
