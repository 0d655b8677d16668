"""What a person is told who writes for the first time, or asks for help. Pure."""

from taskflow.words.message import Message
from taskflow.words.typed import FORGET_ME, WITHDRAW, Typed

_INTRODUCTION = Message(
    "I am TaskFlow, an assistant that gets things done: I find flights, look things up on the web, "
    "watch prices, and remind you. Just write what you want, in your words.\nI keep what we write, "
    "to remember it and to be able to explain what I did. Write {forget}, and all of it is "
    "destroyed. Write {stop}, and you hear nothing more from me."
)


def introduction(language: str) -> str:
    """What this is, what is kept, and how to end it: Markdown, in one of LANGUAGES."""
    forget = f"**{FORGET_ME.words(language)[0]}**"
    return _INTRODUCTION.said(language, stop=in_capitals(WITHDRAW, language), forget=forget)


def in_capitals(typed: Typed, language: str) -> str:
    """The first word for it, as people are asked to write it."""
    return f"**{typed.words(language)[0].upper()}**"
