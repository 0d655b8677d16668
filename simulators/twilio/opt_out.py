"""Consent as Twilio keeps it, where the sender is in a Messaging Service with Advanced Opt-Out.

Without one, these are words like any other: Twilio neither marks them nor refuses a message.
"""

from collections.abc import Sequence
from typing import Literal

from simulators.phone.message import ChatMessage

Kind = Literal["STOP", "START", "HELP"]
WORDS: dict[Kind, frozenset[str]] = {
    "STOP": frozenset(
        {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
    ),
    "START": frozenset({"start", "unstop", "yes"}),
    "HELP": frozenset({"help", "info"}),
}
"""Twilio's own, before anybody adds to them; "yes" is one of them, whatever it is a yes to."""
ANSWERS: dict[Kind, str] = {
    "STOP": "You have been unsubscribed and will receive no more messages. Reply START to resume.",
    "START": "You have been subscribed again. Reply HELP for help, STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe.",
}


def kind_of_word(body: str) -> Kind | None:
    """What `OptOutType` says of a message; only one that is the word alone is marked."""
    word = body.strip().casefold()
    return next((kind for kind, words in WORDS.items() if word in words), None)


def has_opted_out(chat: Sequence[ChatMessage], business: str) -> bool:
    """Whether the last of a person's words of consent to this number was a STOP."""
    for message in reversed(chat):
        if message.business != business:
            continue
        kind = kind_of_word(message.body) if message.direction == "inbound" else None
        if kind in {"STOP", "START"}:
            return kind == "STOP"
    return False
