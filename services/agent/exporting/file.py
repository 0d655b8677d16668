"""The file itself: its sheets in the user's language, and the same for programs. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from services.agent.exporting.entries import OF_THEM, Entry, Sheet
from services.agent.exporting.workbook import SheetTable, workbook
from taskflow import zones
from taskflow.words.languages import is_right_to_left
from taskflow.words.message import Message

FORMAT = "taskflow-own-data/1"
MOST_BYTES = 15_000_000
"""Twilio takes WhatsApp's media to 16 MB."""
OURS = "TaskFlow"

_ABOUT = Message("About this file")
_AS_OF = Message("This is what is held of you, as of {at}.")
_FOR_PROGRAMS = Message(
    "For programs: this file is a ZIP archive, and {name} in it has every field."
)
_NO_FILES = Message(
    "Pictures and documents are named here and not contained. If you want them, ask the people who "
    "run me."
)
_LEFT_OUT = Message(
    "Your history is too long for one file: the oldest is left out. If you want it, ask the people "
    "who run me."
)
NOT_ALL = Message("without the oldest entries")
"""Behind the receipt."""
_YOU = Message("You", "who wrote a message")
_TITLES: Mapping[Sheet, Message] = {
    "messages": Message("Messages"),
    "remembered": Message("Remembered"),
    "reminders": Message("Reminders"),
    "watches": Message("Price watches"),
    "consent": Message("Consent"),
    "files": Message("Files"),
}


def built(
    entries: Sequence[Entry],
    *,
    complete: bool,
    at: datetime,
    zone: str,
    language: str,
    most: int = MOST_BYTES,
) -> tuple[bytes, Sequence[Entry], bool]:
    """The file, what of the entries is in it, and whether that is all.

    Of entries that take more than `most` the older half is left out, until they fit.
    """
    while True:
        data = _written(entries, at, zone, language, complete=complete)
        if len(data) <= most or not entries:
            return data, entries, complete
        entries, complete = entries[(len(entries) + 1) // 2 :], False


def _written(
    entries: Sequence[Entry], at: datetime, zone: str, language: str, *, complete: bool
) -> bytes:
    local = zones.of(zone)

    def local_text(moment: datetime) -> str:
        return f"{moment.astimezone(local):%Y-%m-%d %H:%M}"

    about = [
        _AS_OF.said(language, at=f"{local_text(at)} ({zone})"),
        _FOR_PROGRAMS.said(language, name="data.json"),
        _NO_FILES.said(language),
    ]
    about += [] if complete else [_LEFT_OUT.said(language)]
    tables = [SheetTable(_ABOUT.said(language), [["", "", line] for line in about])]
    for sheet, title in _TITLES.items():
        rows = [
            [local_text(entry.at), _who(entry, language), entry.text]
            for entry in entries
            if entry.sheet == sheet
        ]
        tables.append(SheetTable(title.said(language), rows))
    return workbook(
        tables,
        _for_programs(entries, at, complete=complete),
        right_to_left=is_right_to_left(language),
    )


def _who(entry: Entry, language: str) -> str:
    if entry.sheet != "messages":
        return entry.kind
    return _YOU.said(language) if entry.kind in OF_THEM else OURS


def _for_programs(entries: Sequence[Entry], at: datetime, *, complete: bool) -> bytes:
    document = {
        "format": FORMAT,
        "as_of": at,
        "complete": complete,
        **{
            sheet: [
                {"at": entry.at, "type": entry.kind, **entry.fields}
                for entry in entries
                if entry.sheet == sheet
            ]
            for sheet in _TITLES
        },
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)
