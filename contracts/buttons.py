"""What a button stands for: one word, and the event that it is about; never arguments.

`yes:<event>` and `no:<event>` answer a question, `undo:<event>` takes back what a reply told.
`done`, `hour` and `tomorrow` answer a reminder, by its reply's id, or by no id where a template
has the button, which is the same for everybody. `words-1` is a suggestion or a choice of a list,
the first: its label is all it says, and WhatsApp wants no payload twice under one message.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args
from uuid import UUID

Answer = Literal["done", "hour", "tomorrow"]
"""To a reminder."""
Meaning = Literal["yes", "no", "undo", "words"] | Answer
ANSWERS: frozenset[Meaning] = frozenset({"yes", "no"})
OF_REMINDERS: frozenset[Meaning] = frozenset(get_args(Answer))
MOST = 3
"""Under one message, where no template was approved for it (WhatsApp)."""
LONGEST_LABEL = 20
"""UTF-16 units of a label (WhatsApp)."""
MOST_CHOICES = 10
LONGEST_TITLE, LONGEST_DESCRIPTION = 24, 72
"""UTF-16 units of a choice of a list (WhatsApp)."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAMED = re.compile(rf"(yes|no|undo|done|hour|tomorrow):({_UUID})")
_BARE: Mapping[str, Meaning] = {
    **{reminder: reminder for reminder in OF_REMINDERS},
    **{f"words-{n}": "words" for n in range(1, MOST_CHOICES + 1)},
}
_LONGEST = len("tomorrow:") + 36


@dataclass(frozen=True, slots=True)
class Press:
    means: Meaning
    names: UUID | None = None
    """The event that it is about: a question, or a reply."""


def payload(means: Meaning, names: UUID | None = None) -> str:
    return means if names is None else f"{means}:{names}"


def suggestion(number: int) -> str:
    """The payload of one of them, or of a choice, counted from 1."""
    return f"words-{number}"


def read(text: str | None) -> Press | None:
    """None for what is no payload of ours. Of a long text only its length is looked at."""
    if not text or len(text) > _LONGEST:
        return None
    if text in _BARE:
        return Press(_BARE[text])
    found = _NAMED.fullmatch(text)
    return Press(cast("Meaning", found[1]), UUID(found[2])) if found else None


def ask(payloads: Iterable[str]) -> bool:
    """Whether they answer a question: such a message has its buttons, however long it is."""
    return any(press.means in ANSWERS for payload in payloads if (press := read(payload)))
