"""How a reminder is said: its words, its buttons, and when it was meant for where it is late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from contracts import buttons
from contracts.conversation import Button
from services.scheduler.reminding.stating import Stated
from taskflow import zones
from taskflow.words import values
from taskflow.words.answers import ANSWERS
from taskflow.words.message import Message

LATE = timedelta(minutes=5)
"""From here on the reminder says when it was meant for."""
_MISSED = Message("While I could not write, these were due. Sorry that they are late:")
_SORRY = Message("_(This was meant for {when}. Sorry that it is late.)_")


def text_of(stated_reminder: Stated, due_at: datetime, found_at: datetime) -> str:
    text = f"⏰ {stated_reminder.text}"
    if found_at - due_at < LATE:
        return text
    return f"{text}\n{_SORRY.said(stated_reminder.language, when=when_of(stated_reminder, due_at))}"


def text_of_all(
    stated_reminders: Sequence[Stated], due_times: Sequence[datetime], found_at: datetime
) -> str:
    """Of several they are listed, with their times."""
    if len(stated_reminders) == 1:
        return text_of(stated_reminders[0], due_times[0], found_at)
    lines = [
        f"• {when_of(stated_reminder, due_at)}: {stated_reminder.text}"
        for stated_reminder, due_at in zip(stated_reminders, due_times, strict=True)
    ]
    return "\n".join([f"⏰ {_MISSED.said(stated_reminders[0].language)}", *lines])


def when_of(stated_reminder: Stated, due_at: datetime) -> str:
    return values.day_and_time(
        due_at.astimezone(zones.of(stated_reminder.zone)), stated_reminder.language
    )


def buttons_of(reply: UUID, language: str) -> list[Button]:
    """By which its user answers this very reply."""
    return [
        Button(payload=buttons.payload(answer, reply), label=label.said(language))
        for answer, label in ANSWERS.items()
    ]
