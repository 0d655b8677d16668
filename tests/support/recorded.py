"""A real conversation of two users with the whole stack and its simulators, event by event.

Ada gets answers, a reminder, a price alert and an apology; the other one asks to be forgotten, and
their texts lie here as they lie in the log: sealed for ever.
"""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.recorded import Message, Recorded
from contracts.streams import UserId

FILE = Path(__file__).with_name("recorded.jsonl")


@cache
def messages() -> tuple[Message, ...]:
    return tuple(map(Message.model_validate_json, FILE.read_text("utf-8").splitlines()))


@cache
def events() -> tuple[Recorded[Any], ...]:
    return tuple(one.recorded() for one in messages())


def of(user: UUID) -> list[Recorded[Any]]:
    return [one for one in events() if one.user_id == user]


def by_stream(user: UUID) -> dict[str, list[Recorded[Any]]]:
    found: dict[str, list[Recorded[Any]]] = {}
    for one in of(user):
        found.setdefault(one.stream, []).append(one)
    return found


def forgotten() -> UserId:
    (user,) = {one.user_id for one in events() if one.event.type == "user.forgotten"}
    return UserId(user)


def ada() -> UserId:
    (user,) = {one.user_id for one in events()} - {forgotten()}
    return UserId(user)
