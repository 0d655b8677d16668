"""The runtime's parts that need no server."""

import json
import logging
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from contracts.conversation import Media, MessageReceived
from contracts.personal import Sealed
from contracts.recorded import Message
from contracts.tools import ToolRequested
from taskflow.bus import publishing, topology
from taskflow.bus.dead_letters import _said
from taskflow.cli import rendering
from taskflow.errors import Configuration, Permanent
from taskflow.privacy import sealing
from taskflow.privacy.addresses import kind_of
from taskflow.privacy.sealing import DataKey, MasterKey, UnopenableSeal
from taskflow.process.settings import RuntimeSettings
from taskflow.telemetry import logs
from tests.support.events import message, offer
from tests.support.memory_log import START
from tests.support.story import Story

KEY = DataKey(b"k" * 32)
SECRET = "my neighbour's cat"


def test_personal_fields_are_sealed_and_open_again() -> None:
    event_id = uuid4()
    said = MessageReceived(
        message_ref="SM1",
        channel="whatsapp",
        kind="media",
        text=SECRET,
        media=[Media(url="https://m", content_type="image/png")],
    )
    payload = sealing.sealed_payload(said, event_id, KEY)
    assert SECRET not in json.dumps(payload)
    assert payload["profile_name"] is None

    story = Story()
    recorded = story.tell(MessageReceived.model_validate(payload))[0]
    from dataclasses import replace

    opened = sealing.opened(replace(recorded, event_id=event_id), KEY)
    assert opened.event == said


def test_a_seal_opens_only_where_it_was_put() -> None:
    event_id = uuid4()
    payload = sealing.sealed_payload(message(SECRET), event_id, KEY)
    recorded = Story().tell(MessageReceived.model_validate(payload))[0]

    with pytest.raises(UnopenableSeal):
        sealing.opened(recorded, KEY)


def test_text_without_a_user_is_refused_and_a_seal_stays_sealed() -> None:
    with pytest.raises(ValueError, match="no user"):
        sealing.sealed_payload(message(), uuid4(), None)
    sealed = message().model_copy(update={"text": Sealed("QUJD")})
    assert sealing.sealed_payload(sealed, uuid4(), None)["text"] == {"sealed": "QUJD"}


def test_a_wrong_master_key_opens_nothing() -> None:
    user = uuid4()
    _, wrapped = MasterKey(b"a" * 32).new_data_key(user)

    assert MasterKey(b"a" * 32).unwrap(wrapped, user)
    with pytest.raises(UnopenableSeal):
        MasterKey(b"b" * 32).unwrap(wrapped, user)
    one, two = MasterKey(b"a" * 32), MasterKey(b"b" * 32)
    assert one.address_hash("whatsapp:+1") == one.address_hash(" WhatsApp:+1")
    assert one.address_hash("whatsapp:+1") != two.address_hash("whatsapp:+1")


def test_while_the_master_key_is_rotated_either_opens_and_the_first_makes() -> None:
    user, (old, new) = uuid4(), (b"a" * 32, b"b" * 32)
    _, wrapped = MasterKey(old).new_data_key(user)
    both = MasterKey(new, old)

    assert both.unwrap(wrapped, user)
    again = both.rewrapped(wrapped, user)
    assert again
    assert both.rewrapped(again, user) is None
    assert MasterKey(new).unwrap(again, user)
    with pytest.raises(UnopenableSeal):
        MasterKey(old).unwrap(again, user)
    with pytest.raises(UnopenableSeal):
        both.rewrapped(MasterKey(b"c" * 32).new_data_key(user)[1], user)
    hashes = [MasterKey(one).address_hash("whatsapp:+1") for one in (new, old)]
    assert both.address_hashes("whatsapp:+1") == hashes
    assert both.address_hash("whatsapp:+1") == hashes[0]


def test_addresses_are_told_apart() -> None:
    assert kind_of("whatsapp:+15551230001") == "phone"
    assert kind_of("whatsapp:DE.abc") == "business_scoped"


@pytest.fixture
def log_file(tmp_path: Path):
    before = logging.getLogger().handlers[:]
    logs.start("test", tmp_path, "INFO")
    yield tmp_path / "logs" / "test.jsonl"
    for handler in logging.getLogger().handlers[:]:
        logging.getLogger().removeHandler(handler)
        handler.close()
    for handler in before:
        logging.getLogger().addHandler(handler)
    structlog.reset_defaults()


def test_logs_mask_numbers_and_keep_strangers_texts_out(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = structlog.get_logger("taskflow.test")
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise Permanent("our own words") from error
    except Permanent:
        log.exception("it.failed", number="+15551230001", nested={"to": ["+15551230001"]})
    logging.getLogger("a.stranger").warning("calls +4917012345678")
    log.debug("only.in.the.file")

    written = log_file.read_text()
    console = capsys.readouterr().err
    assert "+1555" not in written + console
    assert "+4917" not in written + console
    assert SECRET not in written + console
    lines = [json.loads(line) for line in written.splitlines()]
    assert lines[0]["exception"]["text"] == "our own words"
    assert lines[0]["exception"]["from"]["class"] == "ValueError"
    assert lines[0]["service"] == "test"
    assert "only.in.the.file" in written
    assert "only.in.the.file" not in console


def test_a_wrong_setting_is_named_with_its_mend_and_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Configuration) as told:
        RuntimeSettings.load(taskflow_master_key="c2VjcmV0", nats_url="nats://x")

    assert "DATABASE_URL is not set" in str(told.value)
    assert "TASKFLOW_MASTER_KEY must be 32 random bytes" in str(told.value)
    assert "c2VjcmV0" not in str(told.value)


def test_dead_letters_quote_only_ourselves() -> None:
    assert _said(Permanent("no such thing")) == ("permanent", "no such thing")
    assert SECRET not in str(_said(ValueError(SECRET)))


def a_message(type_: str, payload: dict) -> Message:
    return Message(
        event_id=uuid4(),
        stream="s",
        version=1,
        position=1,
        transaction_id=1,
        type=type_,
        schema_version=1,
        user_id=None,
        payload=payload,
        cause=None,
        correlation=uuid4(),
        trace="00-1-2-01",
        recorded_at=START,
    )


def test_subjects_and_headers() -> None:
    request = ToolRequested(
        turn=uuid4(),
        step=1,
        tool="fly",
        owner="tools",
        vendor_call_id=None,
        arguments={},
        zone="UTC",
        zone_known=True,
        deadline=START,
    )
    asked = a_message("tool.requested", request.model_dump(mode="json"))
    assert publishing.subject_of(asked) == "taskflow.events.tool.requested.tools.fly"
    assert publishing.subject_of(a_message("new.thing", {})) == "taskflow.events.new.thing"
    assert publishing.headers_of(asked)["traceparent"] == "00-1-2-01"
    assert publishing.headers_of(asked, again="x")["Nats-Msg-Id"] == f"{asked.event_id}:x"


def test_each_service_has_one_consumer() -> None:
    assert [one.service for one in topology.CONSUMERS] == ["agent", "gateway", "tools", "scheduler"]
    assert topology.stream_config().allow_atomic


def test_sealed_text_is_covered_in_print() -> None:
    recorded = Story().tell(message().model_copy(update={"text": Sealed("QUJD")}), offer())
    told = rendering.line(recorded[0]).plain

    assert rendering.COVERED in told
    assert "QUJD" not in told
    assert "tool=search_web" in rendering.line(recorded[1], with_stream=False).plain
    assert json.loads(rendering.as_json(recorded[1]))["type"] == "tool.offered"
    assert rendering.shown("x" * 200).endswith("…")
