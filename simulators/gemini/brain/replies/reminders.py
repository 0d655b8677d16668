"""Reminders set, listed, cancelled: only what the tool confirmed."""

from datetime import datetime

from pydantic import JsonValue

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.plain import ready_text, tell_plainly
from simulators.gemini.brain.words import WEEKDAYS
from simulators.gemini.wire import JsonObject

_DAYS: dict[str, str] = {name[:2].upper(): name for name in WEEKDAYS}
_UNITS = {
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_WORKDAYS = ["MO", "TU", "WE", "TH", "FR"]
_WHEN = ("first", "next", "at", "due", "due_at", "local_time", "when")


def tell_set(outcome: Outcome) -> str:
    """The stored time comes from the result; without one, nothing is claimed about it."""
    text, at = outcome.get("text"), _moment(outcome.get(*_WHEN))
    if not isinstance(outcome.result, dict) or (text is None and at is None):
        return ready_text(outcome) or f"The reminder tool answered: {tell_plainly(outcome)}"
    repeats = outcome.get("repeats", "rrule")
    how_often = f", {repetition(repeats)}" if isinstance(repeats, str) else ""
    first = " for the first time" if how_often else ""
    sentence = (
        f"⏰ Done! I will remind you{first} on {at}{how_often}" if at else "⏰ The reminder is set"
    )
    lines = [f"{sentence}: **{text}**" if text else f"{sentence}."]
    if outcome.get("zone_was_guessed_from_number", "zone_guessed"):
        lines.append(
            f"I took the time zone {outcome.get('zone') or ''} from your number's country; tell "
            "me if you are somewhere else."
        )
    return "\n".join(lines)


def tell_reminders(outcome: Outcome) -> str:
    listed = outcome.items("reminders", "items")
    spoken = outcome.items("spoken")
    lines = ["Your reminders:", *(reminder_line(item) for item in listed)] if listed else []
    if spoken:
        lines += ["I reminded you of:", *(_spoken_line(item) for item in spoken)]
    return "\n".join(lines) or ready_text(outcome) or "You have no reminders."


def _spoken_line(item: JsonObject) -> str:
    last = item.get("last")
    came: JsonObject = last if isinstance(last, dict) else {}
    due_text, outcome, at = came.get("due"), came.get("outcome"), came.get("at")
    line = f"- **{item.get('text', '?')}**, due {due_text}: {outcome}"
    return f"{line}, {at}" if at else line


def tell_cancelled(outcome: Outcome) -> str:
    cancelled = outcome.get("cancelled", "reminder")
    text = cancelled.get("text") if isinstance(cancelled, dict) else outcome.get("text")
    if text:
        return f"Cancelled: **{text}**. I will not remind you of it."
    if cancelled:
        return "The reminder is cancelled."
    return ready_text(outcome) or f"The reminder tool answered: {tell_plainly(outcome)}"


def tell_changed(outcome: Outcome) -> str:
    text, at = outcome.get("text"), _moment(outcome.get(*_WHEN))
    if text is None or at is None:
        return ready_text(outcome) or f"The reminder tool answered: {tell_plainly(outcome)}"
    if skipped := outcome.get("skipped"):
        return f"I leave out {skipped}. **{text}** comes next on {at}."
    return f"Changed: I will remind you on {at}: **{text}**"


def repetition(rrule: str) -> str:
    """An RRULE in words; the rule itself where words fail."""
    parts = dict(
        part.split("=", 1) for part in rrule.removeprefix("RRULE:").split(";") if "=" in part
    )
    unit, days = _UNITS.get(parts.get("FREQ", "")), parts.get("BYDAY", "").split(",")
    interval = parts.get("INTERVAL", "1")
    if unit is None:
        return f"repeating by {rrule}"
    if days == _WORKDAYS:
        return "every weekday"
    if all(day in _DAYS for day in days):
        names = " and ".join(_DAYS[day].title() for day in days)
        return f"every {names}" if interval == "1" else f"on {names} every {interval} weeks"
    every = f"every {unit}" if interval == "1" else f"every {interval} {unit}s"
    day = parts.get("BYMONTHDAY")
    if day and parts.get("BYSETPOS") == "-1":
        # Of the days that may be the last of a month the one that was asked for is the last.
        day = day.rpartition(",")[2]
    return f"{every} on day {day}" if day and day != "-1" else every


def reminder_line(item: JsonObject) -> str:
    number = next((item[key] for key in ("number", "id") if item.get(key) is not None), None)
    at = _moment(next((item[key] for key in _WHEN if item.get(key)), None))
    repeats = next((item[key] for key in ("repeats", "rrule") if item.get(key)), None)
    line = f"{number}. **{item.get('text', '?')}**" if number else f"- **{item.get('text', '?')}**"
    line += f", {at}" if at else ""
    return f"{line}, {repetition(repeats)}" if isinstance(repeats, str) else line


def _moment(value: JsonValue) -> str | None:
    """Words stay as they are; an ISO time is written out."""
    if not isinstance(value, str) or not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M}"
