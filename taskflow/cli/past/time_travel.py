"""`taskflow user`: everything that stood of a user at a moment."""

import json as jsonlib
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from rich.console import Console
from rich.text import Text

from taskflow import clock
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import reader
from taskflow.cli.output import echo_json
from taskflow.cli.rendering import cut, state_lines
from taskflow.cli.seeing import all_seen, sight
from taskflow.cli.times import moment
from taskflow.errors import Configuration
from taskflow.foreign_text import for_terminal
from taskflow.time_travel import gathering, past
from taskflow.time_travel.unknown import SAYS
from taskflow.time_travel.user import Json, as_of, describe

LAST = 12
"""Lines of the conversation that people are shown; machines get all of them."""


async def show_user(name: str, *, at: str | None, open_: bool, json: bool) -> None:
    now = clock.utc_now()
    then = moment(at) if at else now
    past.past_only(then, now)
    async with reader() as me:
        user = await me.user_of(name)
        everything = await gathering.of_user(me.log, user)
        if not everything:
            raise Configuration(f"nothing is known of user {user}")
        begun = min(recorded.recorded_at for recorded in chain.from_iterable(everything.values()))
        stood = as_of(everything, then)
        if not stood:
            came, asked = past.local_text(begun), past.local_text(then)
            raise Configuration(f"user {user} came at {came}; nobody was there at {asked}")
        sight_ = await sight(me, user, open_=open_)
        readable = {stream: await all_seen(me, events, sight_) for stream, events in stood.items()}
    description = describe(user, readable, then, sight_.cover)
    if sight_.erased:
        description["erased"] = True
    if json:
        echo_json(description)
    else:
        _print(description)


def _print(description: Json) -> None:
    console = SafeConsole(soft_wrap=True)
    as_of = f"  as of {_at(description['at'])}"
    console.print(Text(f"user {description['user']}", "bold").append(as_of, "not bold"))
    for row in _facts(description):
        console.print(row)
    _section(console, "profile", [_fact(entry) for entry in description["profile"]])
    if quiet := description["quiet_hours"]:
        hours = f"{quiet['begin']} to {quiet['end']}, since {_at(quiet['since'])}"
        _section(console, "quiet hours", [hours])
    talk: Sequence[Json] = description["conversation"]
    title = f"conversation, the last {LAST} of {len(talk)}" if len(talk) > LAST else "conversation"
    _section(console, title, [_said(entry) for entry in talk[-LAST:]])
    _section(console, "reminders", [_reminder(entry) for entry in description["reminders"]])
    _section(console, "watches", [_watch(entry) for entry in description["watches"]])
    _section(console, "open calls", [_call(entry) for entry in description["open_calls"]])
    console.print(Text("turn and lane", "bold"))
    for row in state_lines(description["states"]):
        console.print(row)
    for entry in description["unknown_events"]:
        console.print(
            f"{entry['stream']} {entry['version']}: {entry['type']}, {SAYS}", style="yellow"
        )


def _facts(description: Json) -> list[str]:
    window = description["window"]
    until = _at(window["until"])
    opened = f"open until {until}" if window["open"] else f"closed since {until}"
    rows = [
        f"  first seen       {_at(description['first_seen'])}",
        f"  last seen        {_at(description['last_seen'])}",
        f"  24-hour window   {opened if window['until'] else 'never opened'}",
    ]
    if description["forgotten"]:
        rows.append("  forgotten        yes")
    elif description.get("erased"):
        rows.append("  forgotten        not yet then; since")
    return rows


def _section(console: Console, title: str, rows: Sequence[str]) -> None:
    console.print(Text(title, "bold") if rows else Text(f"{title}: none", "dim"))
    for row in rows:
        console.print(Text(f"  {for_terminal(row)}"))


def _fact(entry: Json) -> str:
    about = f" ({entry['about']})" if entry["about"] else ""
    since = f"since {_at(entry['at'])} by rule {entry['rule']}"
    return f"{entry['kind']}{about}: {entry['value']}, {since}"


def _said(entry: Json) -> str:
    who = "→" if entry["who"] == "user" else "←"
    tail = f"  [{entry['kind']}, {entry['delivery']}]" if entry["who"] == "us" else ""
    return f"{_at(entry['at'])} {who} {cut(entry['text'].replace(chr(10), ' '))}{tail}"


def _reminder(entry: Json) -> str:
    rule = f", {entry['rrule']}" if entry.get("rrule") else ""
    next_text = f", next {_at(entry['next_due'])}" if entry["next_due"] else ""
    fired = f", fired {len(entry['fired'])}x" if entry["fired"] else ""
    last = f", the last one {_came(entry)}" if entry["last_delivery"] else ""
    what = entry.get("text", entry.get("stream"))
    when = f"{entry.get('local_time')} {entry.get('zone')}{rule}"
    return f"{what}: {when}: {entry['status']}{next_text}{fired}{last}"


def _came(entry: Json) -> str:
    last: Json = entry["last_delivery"]
    return f"{last['state']}{' by template' if last['by_template'] else ''}"


def _watch(entry: Json) -> str:
    last: Json = entry["last_reading"] or {}
    price = f"{last['amount']} {last['currency']}" if last.get("amount") else "no price yet"
    goal = f"{entry.get('goal')} {entry.get('below') or entry.get('drop_percent') or ''}".strip()
    what = entry.get("product") or entry.get("url", entry.get("stream"))
    last_alert = f", the last one {_came(entry)}" if entry["last_delivery"] else ""
    seen = f"{entry['readings']} readings, {entry['alerts']} alerts{last_alert}"
    return f"{what}: {goal}: {entry['status']}, {price}, {seen}"


def _call(entry: Json) -> str:
    arguments = entry["arguments"]
    written: Any = arguments if isinstance(arguments, str) else jsonlib.dumps(arguments)
    return (
        f"{entry['tool']} {cut(written)}: since {_at(entry['at'])}, until {_at(entry['deadline'])}"
    )


def _at(moment_: str | None) -> str:
    return past.local_text(datetime.fromisoformat(moment_)) if moment_ else "never"
