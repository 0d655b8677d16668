"""Events keep their word: names, versions, samples, sealed fields."""

import json
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from contracts import event as events
from contracts import slots, streams
from contracts.conversation import MessageReceived, TurnStarted
from contracts.event import Event, UnknownEventType, all_events, decode, event, upcasts
from contracts.personal import Sealed, personal_fields
from contracts.recorded import Message
from contracts.replies import WINDOW_SHUT
from contracts.streams import UserId
from contracts.tools import ToolRequested
from tests.support.memory_log import START
from tests.support.snapshots import ROOT, name_of, schema_of

EVENTS = sorted(all_events().values(), key=lambda cls: cls.type)


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.type)
def test_a_schema_does_not_change_without_a_new_version(cls: type[Event]) -> None:
    snapshot = ROOT / "schemas" / name_of(cls)
    assert snapshot.exists(), "run: python -m tests.support.snapshots"
    assert json.loads(snapshot.read_text()) == schema_of(cls)


@pytest.mark.parametrize("path", sorted((ROOT / "samples").glob("*.json")), ids=lambda p: p.stem)
def test_every_released_version_is_still_read(path: Any) -> None:
    type_, _, version = path.stem.rpartition(".v")
    sample = json.loads(path.read_text())
    decoded = decode(type_, int(version), sample)

    assert decoded.type == type_
    if decoded.version == int(version):
        assert decoded.model_dump(mode="json", exclude_unset=True).keys() <= sample.keys()


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.type)
def test_every_event_says_what_it_means(cls: type[Event]) -> None:
    assert cls.type.count(".") == 1
    assert (ROOT / "samples" / name_of(cls)).exists()


def test_an_old_version_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_events", dict(events._events))
    monkeypatch.setattr(events, "_upcasters", {})

    @event
    class Moved(Event):
        type: ClassVar = "test.moved"
        version: ClassVar = 3

        to: str
        how: str

    @upcasts(Moved, from_version=1)
    def _rename(data: dict[str, Any]) -> dict[str, Any]:
        return {"to": data["where"]}

    @upcasts(Moved, from_version=2)
    def _say_how(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "how": "on foot"}

    assert decode("test.moved", 1, {"where": "home"}) == Moved(to="home", how="on foot")
    with pytest.raises(UnknownEventType, match="version 4"):
        decode("test.moved", 4, {})
    with pytest.raises(ValueError, match="two events"):
        event(Moved)


def test_turns_of_the_first_release_keep_its_rules_and_owe_no_receipt() -> None:
    samples = {name: json.loads((ROOT / "samples" / f"{name}.json").read_text()) for name in (
        "turn.started.v1", "tool.requested.v1", "tool.requested.v2", "reply.ready.v3"
    )}  # fmt: skip
    assert decode("turn.started", 1, samples["turn.started.v1"]).model_dump()["rules"] == 1
    for version in (1, 2):
        request = decode("tool.requested", version, samples[f"tool.requested.v{version}"])
        assert isinstance(request, ToolRequested)
        assert (request.effect, request.untrusted) == ("read", True)
    assert decode("reply.ready", 3, samples["reply.ready.v3"]).model_dump()["receipts"] == []


@pytest.mark.parametrize(
    "name",
    [
        *(f"message.received.v{version}" for version in (1, 2, 3)),
        *(f"reply.{what}.v1" for what in ("sent", "delivered", "read", "undelivered")),
    ],
)
def test_a_message_sid_of_before_is_a_reference(name: str) -> None:
    type_, _, version = name.rpartition(".v")
    sample = json.loads((ROOT / "samples" / f"{name}.json").read_text())
    event = decode(type_, int(version), {**sample, "message_sid": "SM1"})
    assert event.model_dump()["message_ref"] == "SM1"
    assert not hasattr(event, "message_sid")


def test_a_refusal_of_before_has_no_code_and_is_of_no_attempt_that_is_known() -> None:
    sample = json.loads((ROOT / "samples" / "reply.refused.v1.json").read_text())
    assert decode("reply.refused", 1, sample).model_dump()["code"] is None
    for version in (1, 2):
        name = f"reply.undelivered.v{version}.json"
        sample = json.loads((ROOT / "samples" / name).read_text())
        undelivered = decode("reply.undelivered", version, {**sample, "code": WINDOW_SHUT})
        assert undelivered.model_dump()["attempt"] is None, "so nothing is said again"


def offered_before(tool: str, owner: str, *arguments: str, grounded: str = "") -> Any:
    return decode(
        "tool.offered",
        2,
        {
            "tool": tool,
            "owner": owner,
            "description": "",
            "parameters": {"properties": {name: {"type": "string"} for name in arguments}},
            "effect": "write",
            "timeout_s": 5,
            "untrusted": False,
            "grounded": grounded.split(),
        },
    )


def test_a_tool_that_was_offered_before_is_told_as_its_name_was_then() -> None:
    remind = offered_before(
        "set_reminder", "scheduler", "rrule", "zone", "at", "text", grounded="text"
    )
    assert [(one.name, one.evidence, one.shown) for one in remind.declared] == [
        ("text", "text", "{value}"),
        ("at", "time", "{value}"),
        ("zone", "zone", None),
    ]
    assert (remind.proposal, remind.inside, remind.finds_addresses) == (
        "set a reminder",
        True,
        False,
    )
    assert remind.receipt.parts[0][0] == "Reminder: {text}, {at}"

    pay = offered_before("pay_bill", "tools", "which", "amount", "url", grounded="which amount")
    assert [(one.name, one.evidence) for one in pay.declared] == [
        ("which", "choice"),
        ("url", "address"),
        ("amount", "text"),
    ]
    assert (pay.proposal, pay.receipt, pay.inside) == (None, None, False)
    assert offered_before("search_web", "tools", "query").finds_addresses

    finished = {"call": str(uuid4()), "tool": "search_web", "result": {}, "took_ms": 1}
    for tool, finds in (("search_web", True), ("check_price", False)):
        told = decode("tool.finished", 2, {**finished, "tool": tool}).model_dump()
        assert told["finds_addresses"] is finds


def test_unknown_types_and_bad_payloads_are_told_apart() -> None:
    with pytest.raises(UnknownEventType):
        decode("nobody.knows", 1, {})
    with pytest.raises(ValidationError):
        decode("turn.started", 1, {"number": "many"})


def test_later_additions_are_ignored() -> None:
    assert decode("turn.started", 2, {"number": 3, "rules": 2, "new": True}) == TurnStarted(
        number=3
    )


def test_a_personal_field_holds_its_value_or_its_seal() -> None:
    open_ = MessageReceived(message_ref="S", channel="whatsapp", kind="text", text="hi")
    sealed = decode(
        "message.received", 4, {**open_.model_dump(mode="json"), "text": {"sealed": "QUJD"}}
    )

    assert sealed.text == Sealed("QUJD")
    assert MessageReceived(**{**open_.model_dump(), "text": Sealed("QUJD")}) == sealed
    assert sealed.model_dump(mode="json")["text"] == {"sealed": "QUJD"}
    assert "QUJD" not in repr(sealed)
    assert {"text", "profile_name", "media"} <= set(personal_fields(MessageReceived))
    with pytest.raises(ValidationError):
        decode("message.received", 4, {**open_.model_dump(mode="json"), "text": {"other": "x"}})


def test_streams_are_named_and_read_back() -> None:
    user = UserId(uuid4())
    assert streams.user_of(streams.conversation(user)) == user
    assert streams.reminder(user) == f"reminder-{user}"
    with pytest.raises(ValueError, match="not a conversation"):
        streams.user_of("tools")


def test_slots_are_places_and_never_meet() -> None:
    one, two = UUID(int=1), UUID(int=2)
    made = [
        slots.message("SM1"),
        slots.turn("conversation-x", 0),
        slots.turn("conversation-x", 1),
        slots.step(one, 1),
        slots.step(one, 2),
        slots.step(two, 1),
        slots.outcome(one),
        slots.claim(one, 0, 1),
        slots.claim(one, 1, 1),
        slots.claim(one, 0, 2),
        slots.send_outcome(one, 0, 1),
        slots.delivery("SM1", "read"),
        slots.reminder_set(one),
        slots.occurrence(one, START),
        slots.retry(one),
        slots.offer("search_web", "x"),
        slots.forgotten(one),
    ]

    assert len(set(made)) == len(made)
    assert slots.step(one, 1) == slots.step(UUID(int=1), 1)
    assert slots.event_id(made[0], 0) != slots.event_id(made[0], 1)


def test_a_message_of_the_bus_becomes_an_event() -> None:
    message = Message(
        event_id=uuid4(),
        stream="s",
        version=1,
        position=1,
        transaction_id=1,
        type="turn.started",
        schema_version=2,
        user_id=None,
        payload={"number": 1, "rules": 2},
        cause=None,
        correlation=uuid4(),
        trace=None,
        recorded_at=START,
    )

    assert message.recorded().event == TurnStarted(number=1)


def test_a_request_is_addressed_to_its_owner() -> None:
    assert ToolRequested.model_construct(owner="tools", tool="fly").key() == "tools.fly"
    assert TurnStarted(number=0).key() is None
