"""A released event gains a version; what newer releases write is left to them."""

from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest

from contracts import event as registry
from contracts import slots, streams
from contracts.conversation import ReplyReady
from contracts.event import Json, decode, decode_json, event, upcasts
from contracts.recorded import Message
from services.agent.decider import FOLD as AGENT
from services.gateway.decider import MOST_TOGETHER
from services.gateway.lane import FOLD as LANE
from services.scheduler.decider import FOLD as REMINDER
from services.scheduler.effects import Effects
from taskflow.bus import bus
from taskflow.errors import UnknownEvent
from taskflow.log.snapshots import Folds
from taskflow.replay.recordings import FileSource
from taskflow.replay.verify import Tally, Verifying, reviews
from tests.support import golden_stories as stories
from tests.support.golden import GOLDEN, accepted_beside

PATH = GOLDEN / "0.1.0" / "everything.jsonl"
WHOLE = FileSource.of(PATH)
MESSAGES: list[Message] = WHOLE._messages


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> type[ReplyReady]:
    """The next release's reply.ready: it says its tone, and calls a picture `shows`."""
    others = {name: cls for name, cls in registry._events.items() if name != ReplyReady.type}
    monkeypatch.setattr(registry, "_events", others)
    monkeypatch.setattr(registry, "_upcasters", dict(registry._upcasters))

    @event
    class Grown(ReplyReady):
        version: ClassVar = ReplyReady.version + 1

        tone: str
        shows: UUID | None

    @upcasts(Grown, from_version=ReplyReady.version)
    def _speaks_kindly(data: Json) -> Json:
        return {**data, "tone": "kind", "shows": data["picture"]}

    return Grown


async def test_golden_logs_replay_when_an_event_has_grown(grown: type[ReplyReady]) -> None:
    """All three older versions lie in them: each goes through every upcaster from its own on."""
    replies = [one for one in MESSAGES if one.type == "reply.ready"]
    assert {one.schema_version for one in replies} == {1, 2, 3}
    for one in replies:
        read = one.recorded().event
        assert type(read) is grown
        assert read.tone == "kind"
        assert read.shows == read.picture

    tally = Tally()
    verifying = Verifying(FileSource(MESSAGES, WHOLE._keys), reviews())
    differs = {str(one.at.event_id) async for one in verifying.run(tally)}
    assert differs == accepted_beside(PATH).keys()
    assert tally.compared + tally.not_comparable["retired"] > 400


def test_states_are_the_same_when_an_event_has_grown(request: pytest.FixtureRequest) -> None:
    """So a snapshot of before stands, and what came after it goes on from there."""
    bobs = [one for one in MESSAGES if one.stream == streams.conversation(stories.BOB)]
    before = [fold.over([one.recorded() for one in bobs]) for fold in (AGENT, LANE)]
    half = [fold.over([one.recorded() for one in bobs[:40]]) for fold in (AGENT, LANE)]
    kept = [state.model_dump_json() for state in half]
    request.getfixturevalue("grown")
    for fold, snapshot, whole in zip((AGENT, LANE), kept, before, strict=True):
        state = fold.state.model_validate_json(snapshot)
        assert fold.over([one.recorded() for one in bobs[40:]], state) == whole
        assert fold.over([one.recorded() for one in bobs]) == whole


def test_every_version_in_the_golden_logs_is_read_alike_from_text_and_from_json() -> None:
    for one in MESSAGES:
        text = one.model_dump_json(include={"payload"})[len('{"payload":') : -1]
        assert decode_json(one.type, one.schema_version, text) == decode(
            one.type, one.schema_version, one.payload
        )


REFERRING = {
    "message.received": lambda one: slots.message(one.message_ref),
    "reply.delivered": lambda one: slots.delivery(one.message_ref, "delivered"),
    "reply.read": lambda one: slots.delivery(one.message_ref, "read"),
    "reply.undelivered": lambda one: slots.delivery(one.message_ref, one.status),
}
"""The slots that are made of a message's reference, by the event that takes them."""


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*.jsonl")), ids=lambda path: path.stem)
def test_a_reference_keeps_the_ids_that_were_made_of_a_message_sid(path: Path) -> None:
    """Of events that were written under either name; news may stand beside its part's proof."""
    seen, proofs = set(), set()
    for one in FileSource.of(path)._messages:
        event: Any = one.recorded().event
        if one.type == "reply.sent" and event.known_by == "callback":
            proofs.add(
                slots.event_id(slots.send_outcome(event.reply, event.part, event.attempt), 1)
            )
        if slot_of := REFERRING.get(one.type):
            places = {slots.event_id(slot_of(event), n) for n in range(MOST_TOGETHER)}
            assert one.event_id in places | proofs
            seen.add(one.type)
    assert "message.received" in seen


def test_slots_of_references_have_the_values_they_always_had() -> None:
    sid = "SM0e694d7d95ad52158d71f0ed295e0ea5"
    assert slots.message(sid) == UUID("6d52f5d7-9b98-5be7-a811-6946edc0b583")
    assert slots.delivery(sid, "read") == UUID("88276038-a1ac-5712-98fd-a17d4816fe9c")


class Delivery:
    """One message of JetStream, and what it was answered."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.metadata = self
        self.num_delivered = 1
        self.answers: list[tuple[str, float | None]] = []

    async def nak(self, delay: float | None = None) -> None:
        self.answers.append(("nak", delay))

    async def ack(self) -> None:
        self.answers.append(("ack", None))

    async def term(self) -> None:
        self.answers.append(("term", None))


@pytest.mark.parametrize("service", ["agent", "gateway", "tools", "scheduler"])
@pytest.mark.parametrize("change", [{"type": "message.sung"}, {"schema_version": 99}])
async def test_a_delivery_of_a_newer_release_waits_for_a_newer_replica(
    service: str, change: dict[str, Any]
) -> None:
    """Neither handled, nor acked, nor given up: its dead letters would be nobody's fault."""

    async def handle(*_given: Any) -> None:
        raise AssertionError("it was handled")

    delivery = Delivery(MESSAGES[20].model_copy(update=change).model_dump_json().encode())
    no_dead_letters: Any = None
    await bus.settle(delivery, service, handle, no_dead_letters)
    assert delivery.answers == [("nak", bus.DELAYS[0])]


class NewerLog:
    """Does not know what one of its streams holds."""

    def __init__(self, unknown: str) -> None:
        self._unknown = unknown

    async def read_all(self, after: dict[str, int]) -> dict[str, list[Any]]:
        if self._unknown in after:
            raise UnknownEvent("this release does not know it")
        return {one: [m.recorded() for m in MESSAGES if m.stream == one] for one in after}


async def test_a_reminder_that_only_a_newer_release_knows_holds_up_no_other() -> None:
    found = sorted({one.stream for one in MESSAGES if one.stream.startswith(streams.REMINDER)})
    log: Any = NewerLog(found[1])
    nothing_due: Any = None
    folded = await Effects(nothing_due, log, Folds(log, None), 10)._folded(found)
    assert folded.keys() == set(found) - {found[1]}
    for name, one in folded.items():
        assert one.state == REMINDER.over(await read(log, name))


async def read(log: NewerLog, stream: str) -> list[Any]:
    return (await log.read_all({stream: 0}))[stream]
