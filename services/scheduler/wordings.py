"""How the changes of reminders are asked for and told."""

from datetime import datetime, timedelta

from contracts.event import Json
from taskflow.tooling import Argument, Call, Value, Wording
from taskflow.words.message import Message

FREELY = timedelta(hours=24)
"""After their last message WhatsApp lets us write to a person as we like; then by a template."""
AS_A_NOTICE = Message(
    "as a short notice that WhatsApp allows, if you have not written for a day by then"
)


def how_it_comes(rule: str | None, due_at: datetime, call: Call) -> Json:
    """Of one whose user may have been silent too long by then."""
    if not rule and due_at <= call.written_at + FREELY:
        return {}
    return {"comes": AS_A_NOTICE.said(call.request.event.language)}


SET_ARGUMENTS = (
    Argument(name="text", evidence="text", shown="{value}"),
    *(
        Argument(name=literal, evidence="time", shown="{value}")
        for literal in ("day", "date", "time")
    ),
    Argument(name="part_of_day", evidence="time", shown="{value}"),
    Argument(name="zone", evidence="zone"),
)
SET = Wording(
    parts=[
        ["Reminder: {text}, {at}"],
        ["repeats {rule}", "repeats {rrule}", ""],
        ["once more after {minutes} min without an answer", ""],
        ["{comes}", ""],
    ],
    values=[
        Value(name="text", path="text"),
        Value(name="at", path="at", kind="moment", beside="zone"),
        Value(name="rule", path="repeats_in_words"),
        Value(name="rrule", path="repeats"),
        Value(name="minutes", path="follow_up_minutes", kind="number"),
        Value(name="comes", path="comes"),
    ],
)
CHANGE_ARGUMENTS = (
    Argument(name="which", evidence="choice", shown="{value}"),
    Argument(name="text", evidence="text", shown="{value}"),
    *(
        Argument(name=literal, evidence="time", shown="{value}")
        for literal in ("day", "date", "time")
    ),
    Argument(name="part_of_day", evidence="time", shown="{value}"),
    Argument(name="zone", evidence="zone"),
)
CHANGED = Wording(
    parts=[
        [
            "Reminder {number} leaves out {skipped}: {text}",
            "Reminder {number} is now: {text}, {at}",
        ],
        ["repeats {rule}", "repeats {rrule}", ""],
        ["once more after {minutes} min without an answer", ""],
        ["{comes}", ""],
    ],
    values=[
        Value(name="number", path="number", kind="number"),
        Value(name="text", path="text"),
        Value(name="at", path="at", kind="moment", beside="zone"),
        Value(name="skipped", path="skipped", kind="day"),
        Value(name="rule", path="repeats_in_words"),
        Value(name="rrule", path="repeats"),
        Value(name="minutes", path="follow_up_minutes", kind="number"),
        Value(name="comes", path="comes"),
    ],
)
CANCEL_ARGUMENTS = (Argument(name="which", evidence="choice", shown="{value}"),)
CANCELLED = Wording(
    parts=[["Reminder {number} cancelled: {text}"]],
    values=[
        Value(name="number", path="cancelled.number", kind="number"),
        Value(name="text", path="cancelled.text"),
    ],
)
