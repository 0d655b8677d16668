"""Reminders and alerts that were held go in one message, and each says how late it is. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.saying.parts import parts_of
from taskflow.words import values
from taskflow.words.languages import SOURCE

LATE = timedelta(minutes=5)
"""Before that nobody minds."""


def said_late(reply: Recorded[ReplyReady], released_at: datetime | None) -> str:
    """An opened reply's text; of a reminder or an alert that was held, how long ago it was due."""
    ready = reply.event
    late = released_at - reply.recorded_at if released_at else timedelta()
    if ready.kind not in {"reminder", "alert"} or late < LATE:
        return ready.text
    return f"{ready.text}\n_({values.ago(late, ready.language or SOURCE)})_"


def fitting(texts: Sequence[str], mark: str) -> int:
    """How many of these go in one message: at least the first."""
    most = len(texts)
    while most > 1 and len(joined(texts[:most], mark)) > 1:
        most -= 1
    return most


def joined(texts: Sequence[str], mark: str) -> list[str]:
    """The parts of the message that says them all."""
    return parts_of("\n\n".join(texts), below_a_picture=False, mark=mark)
