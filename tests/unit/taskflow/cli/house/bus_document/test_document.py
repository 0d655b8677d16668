"""The document says what is on the bus: checked against the logs of releases, and the topology."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts.event import all_events
from contracts.recorded import Message, Recorded
from taskflow.bus import topology
from taskflow.bus.permissions import USERS
from taskflow.bus.publishing import headers_of
from taskflow.cli.house.bus_document import messages
from taskflow.cli.house.bus_document.document import document
from taskflow.cli.house.bus_document.field_docs import field_docs
from taskflow.cli.house.bus_document.recorders import recorders

GOLDEN = sorted((Path(__file__).parents[5] / "golden").glob("*/everything.jsonl"))


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    return document("1")


def test_it_names_every_subject(whole: dict[str, Any]) -> None:
    addresses = {channel["address"] for channel in whole["channels"].values()}
    assert "taskflow.events.message.received" in addresses
    assert "taskflow.events.tool.requested.{owner}.{tool}" in addresses
    assert all_events().keys() < whole["channels"].keys()


def test_every_reference_leads_somewhere(whole: dict[str, Any]) -> None:
    nowhere: list[str] = []
    left: list[Any] = [whole]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            if isinstance(to := part.get("$ref"), str):
                place: Any = whole
                for key in to.removeprefix("#/").split("/"):
                    place = place.get(key, {})
                nowhere += [to] if not place else []
            left += part.values()
        elif isinstance(part, list):
            left += part
    assert nowhere == []


@pytest.mark.parametrize("log", GOLDEN, ids=lambda path: path.parent.name)
def test_what_releases_recorded_is_as_it_says(whole: dict[str, Any], log: Path) -> None:
    """Each recorded event is one message of its channel, and no other."""
    of_channel = defaultdict(list)
    for type_ in all_events():
        for reference in whole["channels"][type_]["messages"].values():
            payload = {**whole, "$ref": f"{reference['$ref']}/payload"}
            of_channel[type_].append((reference["$ref"], jsonschema.Draft7Validator(payload)))
    seen = set()
    for line in log.read_text().splitlines():
        carried = Message.model_validate_json(line).model_dump(mode="json")
        fitting = [name for name, schema in of_channel[carried["type"]] if schema.is_valid(carried)]
        version = f"{carried['type']}.v{carried['schema_version']}"
        assert fitting == [f"#/components/messages/{version}"], carried
        seen.add(version)
    assert len(seen) > 20


def test_what_a_message_has_for_headers_is_told(whole: dict[str, Any]) -> None:
    line = json.loads(GOLDEN[-1].read_text().splitlines()[0])
    headers = headers_of(Message.model_validate({**line, "trace": "00-1-2-01"}))
    told = whole["components"]["messageTraits"]["recorded"]["headers"]
    assert headers.keys() == told["properties"].keys()
    assert set(told["required"]) <= headers.keys()


def test_every_version_has_a_sample_that_its_schema_allows(whole: dict[str, Any]) -> None:
    schemas = whole["components"]["schemas"]
    names = [f"{one.type}.v{n}" for one in all_events().values() for n in range(1, one.version + 1)]
    for name in names:
        (sample,) = schemas[name]["examples"]
        schema = {**whole, "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft7Validator(schema).validate(sample)


def test_a_payload_of_another_shape_is_none_of_its_messages(whole: dict[str, Any]) -> None:
    line = GOLDEN[-1].read_text().splitlines()[0]
    carried = Message.model_validate_json(line).model_dump(mode="json")
    name = f"{carried['type']}.v{carried['schema_version']}"
    schema = {**whole, "$ref": f"#/components/messages/{name}/payload"}
    jsonschema.Draft7Validator(schema).validate(carried)
    with pytest.raises(jsonschema.ValidationError, match="timeout_s"):
        payload = {**carried["payload"], "timeout_s": "long"}
        jsonschema.Draft7Validator(schema).validate({**carried, "payload": payload})


def test_whoever_is_woken_receives(whole: dict[str, Any]) -> None:
    received = defaultdict(set)
    for operation in whole["operations"].values():
        if operation["action"] == "receive" and "x-jetstream-consumer" in operation:
            received[operation["x-jetstream-consumer"]] |= set(operation["x-filter-subjects"])
    assert received == {one.service: set(one.subjects) for one in topology.CONSUMERS}
    consumers = whole["x-jetstream"]["consumers"]
    assert {name: one["filter_subjects"] for name, one in consumers.items()} == {
        one.service: list(one.subjects) for one in topology.CONSUMERS
    }


def test_the_relay_alone_sends_events_and_an_operator_may_again(whole: dict[str, Any]) -> None:
    senders = {
        name.partition(".")[0]
        for name, operation in whole["operations"].items()
        if operation["action"] == "send" and operation["channel"]["$ref"].count("ask.") == 0
    }
    assert senders == {"scheduler"}
    for type_ in all_events():
        assert set(whole["channels"][type_]["x-may-publish"]) == {"scheduler", "operator"}


def test_each_login_is_told_with_its_rights(whole: dict[str, Any]) -> None:
    told = whole["components"]["securitySchemes"]
    assert {name: scheme["x-may-publish"] for name, scheme in told.items()} == {
        name: list(rights.publish) for name, rights in USERS.items()
    }
    assert "$JS.API.STREAM.PURGE.TASKFLOW" in told["operator"]["x-never-publish"]


def test_a_look_is_asked_by_the_scheduler_and_answered_by_one_of_the_tools(
    whole: dict[str, Any],
) -> None:
    operations = whole["operations"]
    assert operations["scheduler.asks.look"]["action"] == "send"
    assert operations["tools.answers.look"]["bindings"]["nats"]["queue"] == "tools"


def test_a_call_is_addressed_to_one_of_those_whom_it_may_wake(whole: dict[str, Any]) -> None:
    parameters = whole["channels"]["tool.requested"]["parameters"]
    assert set(parameters["owner"]["enum"]) == {"agent", "tools", "scheduler", "nobody"}


def test_how_long_the_stream_keeps_is_told(whole: dict[str, Any]) -> None:
    stream = whole["x-jetstream"]["streams"][topology.STREAM]
    assert stream["max_age"] == topology.KEPT_SECONDS * 1e9
    assert "for 7 days at most" in whole["info"]["description"]


def test_somebody_records_every_event() -> None:
    found = recorders()
    assert found.keys() == all_events().keys()
    assert found["message.received"] == ["gateway"]
    assert found["template.reviewed"] == ["gateway"], "made by its validation"
    assert found["tool.offered"] == ["agent", "scheduler", "tools"], "by the runtime, for them"
    assert found["user.forgotten"] == ["agent", "operator"]


def test_fields_say_what_they_mean(whole: dict[str, Any]) -> None:
    schemas = whole["components"]["schemas"]
    assert schemas["tool.offered.v3"]["properties"]["cost"]["description"].startswith("US dollars")
    assert field_docs(Recorded)["version"] == "Place in its stream, from 1, without gaps."
    assert schemas["recorded"]["properties"]["trace"]["description"].startswith("W3C traceparent")


def test_two_models_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_of_event", lambda cls: [("Button", {"title": cls.type})])
    with pytest.raises(ValueError, match="two models are called Button"):
        messages.schemas(list(all_events().values()))


def test_it_is_plain_json(whole: dict[str, Any]) -> None:
    assert json.loads(json.dumps(whole)) == whole
