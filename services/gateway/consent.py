"""STOP, START and HELP: read at the door, and answered beside the message that says them. Pure.

A STOP withdraws consent, and then all but the word on it is held (docs/protocol.md). START gives it
back. Any other message meanwhile waits for START, which its writer is told once.
"""

from collections.abc import Sequence
from typing import Literal

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived, ReplyReady
from contracts.event import Event
from taskflow.words.introduction import in_capitals, introduction
from taskflow.words.languages import LANGUAGES, SOURCE
from taskflow.words.message import Message
from taskflow.words.typed import HELP, RESUME, WITHDRAW, Typed

Word = Literal["stop", "start", "help"]
WORDS: dict[Word, Typed] = {"stop": WITHDRAW, "start": RESUME, "help": HELP}

_STOPPED = Message(
    "All right: you hear nothing more from me. What comes due for you waits. "
    "Write {start}, and I go on."
)
_WAITS = Message(
    "You told me to stop, so what you write waits too. Write {start}, and I answer it and go on."
)
_RESUMED = Message("I am here again. Write {stop}, and you hear nothing more from me.")


def load() -> None:
    """Reads the words of all languages, once: some 100 ms that no message waits for."""
    for typed in WORDS.values():
        typed.said_in("", LANGUAGES)


def read(message: MessageReceived, marked: Word | None = None) -> Word | None:
    """The word that a message is, as its channel marked it or else by the whole of its text.

    What was only forwarded is somebody else's, and a button of ours says what it stands for.
    """
    is_word = message.kind in {"text", "button"} and message.pressed is None
    if marked or message.forwarded or not is_word:
        return marked
    text = message.text
    return next((word for word, typed in WORDS.items() if typed.is_said(text, LANGUAGES)), None)


def batch(
    message: MessageReceived, said: Word, *, is_marked: bool, consents: bool, language: str | None
) -> list[Event]:
    """A message that is such a word, and what stands behind it.

    START means something after a STOP alone, and HELP is answered to who wants to hear from us;
    else each is a message like any. `language`: in which they were spoken to last.
    """
    means = {"stop": True, "start": not consents, "help": consents}[said]
    taken = message.model_copy(update={"word": said if means else None})
    if said == "start" and consents and is_marked:
        return [taken, ConsentGiven()]  # The channel had withdrawn it, which nobody told us yet.
    return [taken, *beside(taken, consents=consents, language=language)]


def beside(message: MessageReceived, *, consents: bool, language: str | None) -> Sequence[Event]:
    said_in = language or _language_of(message)
    match message.word:
        case "stop" if consents:
            text = _STOPPED.said(said_in, start=in_capitals(RESUME, said_in))
            return [ConsentWithdrawn(), _reply("confirmation", text, said_in)]
        case "start":
            text = _RESUMED.said(said_in, stop=in_capitals(WITHDRAW, said_in))
            return [ConsentGiven(), _reply("information", text, said_in)]
        case "help":
            return [_reply("information", introduction(said_in), said_in)]
        case _:
            return []


def waits(language: str | None) -> ReplyReady:
    """For who writes after a STOP."""
    said_in = language or SOURCE
    return _reply("notice", _WAITS.said(said_in, start=in_capitals(RESUME, said_in)), said_in)


def _reply(
    kind: Literal["confirmation", "notice", "information"], text: str, language: str
) -> ReplyReady:
    return ReplyReady(turn=None, kind=kind, text=text, language=language)


def _language_of(message: MessageReceived) -> str:
    found = (typed.said_in(message.text, LANGUAGES) for typed in WORDS.values())
    return next((language for language in found if language), SOURCE)
