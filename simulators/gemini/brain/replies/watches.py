"""Watches started, listed, stopped, and what they have seen: only what the tool confirmed."""

from pydantic import JsonValue

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.money import price_text
from simulators.gemini.brain.replies.plain import ready_text, tell_plainly
from simulators.gemini.brain.replies.reminders import reminder_line
from simulators.gemini.wire import JsonObject

NO_WATCHES = "You have no watches. Send me a link and a price, and I can start one."


def tell_watching(outcome: Outcome) -> str:
    """The goal and the number come from the result; without its word nothing is claimed."""
    if outcome.get("watching") is not True:
        return ready_text(outcome) or f"The watch tool answered: {tell_plainly(outcome)}"
    if summary := ready_text(outcome):
        often = outcome.get("looks_every_minutes")
        return f"👀 {summary}\nI look about every {often} minutes." if often else f"👀 {summary}"
    number, goal, until = (outcome.get(name) for name in ("number", "goal", "until"))
    text = f"👀 I am watching the page{f' (watch {number})' if number else ''}."
    if goal:
        text += f" I will tell you once: {goal}."
    if minutes := outcome.get("looks_every_minutes"):
        text += f" I look about every {minutes} minutes{f', until {until}' if until else ''}."
    return text


def tell_watches(outcome: Outcome) -> str:
    listed = outcome.items("watches", "items")
    if listed:
        return "\n".join(["This is what I am watching:", *map(watch_line, listed)])
    return ready_text(outcome) or NO_WATCHES


def tell_stopped(outcome: Outcome) -> str:
    stopped = outcome.get("stopped", "watch")
    if isinstance(stopped, dict):
        return f"Stopped watching **{_named(stopped)}**."
    return ready_text(outcome) or f"The watch tool answered: {tell_plainly(outcome)}"


def tell_history(outcome: Outcome) -> str:
    points = outcome.items("points", "history")
    if summary := ready_text(outcome):
        text = summary
    elif points:
        extremes = ", ".join(
            f"{name} {_priced(value, outcome)}"
            for name in ("lowest", "highest", "now")
            if (value := outcome.get(name)) is not None
        )
        text = f"**{outcome.get('title') or 'The price'}**: {extremes}."
    else:
        return "There is no history of that price yet."
    return f"{text}\nThe chart comes along." if outcome.get("picture") else text


def tell_running(outcome: Outcome) -> str:
    """Reminders, watches and work that is still going on."""
    parts: list[str] = []
    for name, heading, line in (
        ("reminders", "Reminders:", reminder_line),
        ("watches", "Watches:", watch_line),
        ("open", "Still at work on:", _open_line),
    ):
        if listed := outcome.items(name):
            parts.append("\n".join([heading, *map(line, listed)]))
    return "\n\n".join(parts) or ready_text(outcome) or "There is nothing running for you."


def watch_line(watch: JsonObject) -> str:
    number = watch.get("number")
    line = f"{number}. **{_named(watch)}**" if number else f"- **{_named(watch)}**"
    if goal := watch.get("goal"):
        line += f", {goal}"
    if price := price_text(watch):
        line += f"; last seen at {price}"
    if watch.get("in_stock") is False:
        line += ", sold out"
    if until := watch.get("until"):
        line += f"; until {until}"
    url = watch.get("url")
    return f"{line}\n{url}" if url and watch.get("title") else line


def _open_line(work: JsonObject) -> str:
    tool = str(work.get("tool", "something")).replace("_", " ")
    return f"- {tool}, since {work['since']}" if work.get("since") else f"- {tool}"


def _named(watch: JsonObject) -> str:
    return str(watch.get("title") or watch.get("url") or "?")


def _priced(value: JsonValue, outcome: Outcome) -> str:
    """A bare price, or one with its time."""
    facts = value if isinstance(value, dict) else {"price": value}
    price = price_text({"currency": outcome.get("currency"), **facts}) or "?"
    return f"{price} ({facts['at']})" if facts.get("at") else price
