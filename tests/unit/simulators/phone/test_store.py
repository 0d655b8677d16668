from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulators.phone.journal import Journal
from simulators.phone.message import ChatMessage
from simulators.phone.store import Phone

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ADA, BOB = "+15551230001", "+15551230002"


def typed(body: str, user: str = ADA, at: datetime = NOW, number: int = 1) -> ChatMessage:
    sid = f"SM{number:032x}"
    return ChatMessage(sid, "inbound", user, body, "received", at, at, business="+14155238886")


def reply(body: str = "hello", user: str = ADA, number: int = 100) -> ChatMessage:
    sid = f"SM{number:032x}"
    return ChatMessage(sid, "outbound", user, body, "queued", NOW, NOW, business="+14155238886")


def test_users_are_those_with_a_chat_in_order_of_their_first_message() -> None:
    phone = Phone()
    phone.meet("+15551239999", "Silent")
    phone.put(typed("hi", BOB, number=1))
    phone.put(typed("hi", ADA, number=2))
    phone.put(typed("again", BOB, number=3))

    assert phone.users() == [BOB, ADA]
    assert phone.last_body(BOB) == "again"
    assert phone.last_body("+15551239999") is None


def test_users_who_wrote_a_text_are_found_the_latest_first() -> None:
    phone = Phone()
    phone.put(typed("hi ", ADA, NOW, 1))
    phone.put(typed("hi", BOB, NOW + timedelta(seconds=1), 2))
    phone.put(reply("hi", "+15551230003"))

    assert phone.users_who_wrote("hi") == [BOB, ADA]
    assert phone.users_who_wrote("h") == []


def test_a_status_never_goes_back() -> None:
    phone = Phone()
    phone.put(reply(number=7))
    sid = f"SM{7:032x}"

    assert phone.advance(sid, "delivered", NOW) is not None
    assert phone.advance(sid, "sent", NOW) is None
    assert phone.get(sid).status == "delivered"
    assert phone.advance("SMunknown", "sent", NOW) is None


def test_the_window_is_open_for_a_day_after_the_last_message() -> None:
    phone = Phone()
    assert not phone.window_is_open(ADA, NOW)
    phone.put(typed("hi"))
    phone.put(reply())

    assert phone.window_is_open(ADA, NOW + timedelta(hours=24))
    assert not phone.window_is_open(ADA, NOW + timedelta(hours=24, seconds=1))


def test_a_closed_window_opens_with_the_next_message() -> None:
    phone = Phone()
    phone.put(typed("hi", number=1))
    phone.close_window(ADA)
    assert not phone.window_is_open(ADA, NOW)

    phone.put(typed("still there?", number=2))
    assert phone.window_is_open(ADA, NOW)


def test_ticks_tell_what_taskflow_did_with_a_message() -> None:
    message = typed("hi")

    assert message.tick == "sent"
    assert replace(message, webhook_status=200).tick == "delivered"
    assert replace(message, webhook_status=200, seen=True).tick == "read"
    assert replace(message, webhook_status=503, seen=True).tick == "lost"
    assert replace(message, webhook_error="connection failed").tick == "lost"


def test_typing_marks_what_was_written_as_read() -> None:
    phone = Phone()
    message = phone.put(replace(typed("hi"), webhook_status=200))
    phone.typing(ADA, 25)

    assert phone.get(message.sid).tick == "read"


def test_a_contact_keeps_its_name_until_it_gets_another() -> None:
    phone = Phone()
    assert phone.meet(ADA).name == ADA
    phone.meet(ADA, "Ada")
    assert phone.meet(ADA).name == "Ada"
    assert [contact.user for contact in phone.contacts()] == [ADA]


def test_a_number_that_comes_with_another_id_has_changed_hands() -> None:
    phone = Phone()
    phone.meet(ADA, "Ada", "US.ada")
    phone.put(replace(typed("hi"), bsuid="US.ada"))
    phone.close_window(ADA)
    phone.meet(ADA, "Ben", "US.ben", NOW + timedelta(minutes=1))

    assert phone.chat(ADA) == []
    assert [one.body for one in phone.all()] == ["hi"], "Twilio lists it for ever"
    names = {one.user: (one.name, one.bsuid) for one in phone.contacts()}
    assert names == {ADA: ("Ben", "US.ben"), "US.ada": ("Ada", "US.ada")}
    assert not phone.window_is_open(ADA, NOW)
    assert phone.window_is_open("US.ada", NOW + timedelta(hours=1))
    phone.meet(ADA, "Benjamin")
    assert next(one.since for one in phone.contacts() if one.user == ADA)


def test_a_number_that_changed_hands_is_still_the_new_owners_after_a_restart(
    tmp_path: Path,
) -> None:
    phone = Phone(Journal(tmp_path / "phone.jsonl"))
    phone.meet(ADA, "Ada", "US.ada")
    phone.put(typed("hi"))
    phone.meet(ADA, "Ben", "US.ben", NOW + timedelta(minutes=1))
    phone.put(typed("new here", at=NOW + timedelta(minutes=2), number=2))
    phone.close()

    again = Phone(Journal(tmp_path / "phone.jsonl"))
    assert [one.body for one in again.chat(ADA)] == ["new here"]
    again.close()


async def test_a_listener_hears_every_change_until_the_phone_closes() -> None:
    phone = Phone()
    with phone.subscribe() as changes:
        phone.meet(ADA, "Ada")
        phone.put(typed("hi"))
        phone.typing(ADA, 25)
        phone.clear()
        phone.close()
        heard = [next(iter(change)) async for change in changes]

    # Typing marks the message as read first: a change of its own.
    assert heard == ["contact", "message", "message", "typing", "reset"]


def test_a_second_start_still_shows_the_chat(tmp_path: Path) -> None:
    path = tmp_path / "simulators" / "phone.jsonl"
    before = Phone(Journal(path))
    before.meet(ADA, "Ada Ł")
    before.put(typed("grüße 👋\nzwei Zeilen"))
    before.put(reply(number=9))
    before.advance(f"SM{9:032x}", "sent", NOW, sent_at=NOW)
    before.close()
    path.write_text(path.read_text(encoding="utf-8") + '{"message": {"sid": "SM', encoding="utf-8")

    after = Phone(Journal(path))

    assert after.all() == before.all()
    assert after.contacts() == before.contacts()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_a_cleared_phone_stays_empty_after_a_second_start(tmp_path: Path) -> None:
    path = tmp_path / "phone.jsonl"
    phone = Phone(Journal(path))
    phone.put(typed("hi"))
    phone.clear()
    phone.close()

    assert Phone(Journal(path)).all() == []


def test_what_was_erased_at_twilio_is_on_the_phone_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "phone.jsonl"
    phone = Phone(Journal(path))
    phone.meet(ADA, "Ada Finch")
    phone.put(typed("a secret", number=1))
    phone.put(reply("told back", number=2))
    kept = phone.put(typed("not erased", BOB, number=3))
    phone.erase(f"SM{1:032x}")
    assert "Ada Finch" in path.read_text(), "told back is still there"
    phone.erase(f"SM{2:032x}")

    assert [message.body for message in phone.chat(ADA)] == ["a secret", "told back"]
    assert phone.at_twilio() == [kept]
    phone.advance(f"SM{2:032x}", "read", NOW)  # what comes later of it is not written either
    phone.close()
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in (ADA, "Ada", "secret", "told back"))
    assert Phone(Journal(path)).all() == [kept]


def test_who_was_erased_and_writes_again_is_kept_again(tmp_path: Path) -> None:
    path = tmp_path / "phone.jsonl"
    phone = Phone(Journal(path))
    phone.meet(ADA, "Ada Finch")
    phone.put(typed("a secret", number=1))
    phone.erase(f"SM{1:032x}")
    phone.meet(ADA)
    again = phone.put(typed("hello again", number=2))
    phone.close()

    after = Phone(Journal(path))
    assert [one.name for one in after.contacts()] == ["Ada Finch"]
    assert after.all() == [again]
