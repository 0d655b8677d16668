from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulators.phone.journal import Journal
from simulators.twilio.content import Approval, StoredContent, StoredContents
from simulators.twilio.content_review import objection

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def submitted(
    body: str = "Your walk is due.", name: str = "walk_1", **changes: Any
) -> StoredContent:
    types: dict[str, Any] = {"twilio/text": {"body": body}}
    content = StoredContent(
        "HX" + "0" * 32, "en", types, NOW, NOW, approval=Approval(name, "UTILITY")
    )
    return replace(content, **changes)


@pytest.mark.parametrize(
    "body",
    [
        "No variable at all",
        "You asked for {{1}}, so here it is.",
        "One {{1}} two {{2}} three four five.",
        "你要我提醒你: {{1}} 祝你顺利。",
        "ลืม {{1}} หรือยัง",
        "هذا تذكيرك: {{1}} كما طلبت",
        "Due:\n{{1}}\nAnything else?",
        "x" * 1024,
    ],
)
def test_a_body_that_breaks_no_rule_is_taken(body: str) -> None:
    assert objection(submitted(body), StoredContents()) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"body": "{{1}} is what you asked for."}, "begins or ends"),
        ({"body": " You asked me for {{1}} "}, "begins or ends"),
        ({"body": "You asked {{1}}{{2}} for this and that."}, "side by side"),
        ({"body": "You asked {{1}}\n{{2}} for this and that."}, "side by side"),
        ({"body": "Your {{1}} now."}, "so few words"),
        ({"body": "你: {{1}}。"}, "so few words"),
        ({"body": "x" * 1025}, "1024"),
        ({"name": "Walk"}, "lower case"),
        ({"name": "a walk"}, "lower case"),
        ({"name": "wälk"}, "lower case"),
        ({"name": "x" * 513}, "lower case"),
        ({"language": "pt"}, "no templates in pt"),
        ({"types": {"twilio/list-picker": {"body": "Choose"}}}, "open sessions"),
        ({"types": {"twilio/location": {"latitude": 1, "longitude": 2}}}, "open sessions"),
    ],
)
def test_whatsapp_rejects_what_breaks_a_rule(changes: dict[str, Any], why: str) -> None:
    assert why in (objection(submitted(**changes), StoredContents()) or "")


def test_the_contents_of_a_journal_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "contents.jsonl"
    kept = StoredContents(Journal(path))
    waiting = kept.put(submitted())
    first = kept.put(submitted(sid="HX" + "1" * 32, name="walk_2"))
    rejected = kept.put(first.stands(NOW, "rejected", "no"))
    kept.put(submitted(sid="HX" + "2" * 32, approval=None))
    kept.delete("HX" + "2" * 32)
    kept.close()

    again = StoredContents(Journal(path))
    assert again.all() == [waiting, rejected]
    again.delete(rejected.sid)
    again.close()
    last = StoredContents(Journal(path))
    assert last.is_burnt("walk_2")
    assert not last.is_burnt("walk_1")
    assert last.get(rejected.sid) is None
    last.clear()
    assert StoredContents(Journal(path)).all() == []


def test_a_content_of_another_version_is_still_read() -> None:
    content = submitted()

    assert StoredContent.from_json(content.as_json() | {"later": 1}) == content


def test_what_was_not_submitted_stands_nowhere() -> None:
    with pytest.raises(ValueError, match="submitted"):
        submitted(approval=None).stands(NOW, "approved")
