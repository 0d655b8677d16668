from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from simulators.phone.journal import Journal
from simulators.phone.message import ChatMessage
from simulators.phone.pictures import Copies
from simulators.phone.store import Phone

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SHOWN = ChatMessage(
    "MM1",
    "outbound",
    "+15551230001",
    "now €65",
    "delivered",
    NOW,
    NOW,
    media_url="http://127.0.0.1:8000/media/1",
    media_type="image/png",
    media_kept=True,
)


def test_a_copy_is_kept_until_everything_is_forgotten(tmp_path: Path) -> None:
    copies = Copies(tmp_path / "media")
    assert copies.path("MM1") is None
    copies.keep("MM1", b"one")
    copies.keep("MM1", b"two")

    path = Copies(tmp_path / "media").path("MM1")
    assert path is not None
    assert path.read_bytes() == b"two"
    copies.clear()
    copies.clear()
    assert copies.path("MM1") is None


def test_only_a_picture_that_was_kept_is_one() -> None:
    assert SHOWN.has_picture
    assert not replace(SHOWN, media_kept=False).has_picture
    assert not replace(SHOWN, media_type="application/pdf").has_picture
    assert SHOWN.as_json()["has_picture"] is True


def test_a_second_start_knows_what_was_a_picture(tmp_path: Path) -> None:
    journal = tmp_path / "phone.jsonl"
    first = Phone(Journal(journal))
    first.put(SHOWN)
    first.close()

    again = Phone(Journal(journal))
    assert again.get("MM1") == SHOWN
    again.close()
