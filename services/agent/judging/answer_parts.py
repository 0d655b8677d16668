"""A model's answer taken apart: the calls it makes, and what it says to the user. Pure.

The answer itself is a call, `reply`; text without one is what it says, with nothing said done.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from contracts.declarations import SAID
from contracts.event import Json
from taskflow.words import languages

REPLY = "reply"
GIVE_WAY = "give_way"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_SAID_DONE = 20
"""Names in `says_done`: more than a turn's calls."""
MOST_SUGGESTIONS, LONGEST_SUGGESTION = 3, 20
"""Quick replies of one message, and the characters of each, that WhatsApp shows."""
MOST_OPTIONS = 10
LONGEST_OPTION = 200
"""Characters that are read of a title or a description: WhatsApp shows fewer."""


@dataclass(frozen=True, slots=True)
class AnswerCall:
    name: str
    arguments: Any
    """An object, if the model keeps to its word; without `said`."""
    vendor_id: str | None
    said: Any = None
    """The user's words that ask for it, as the model names them."""

    @property
    def is_usable(self) -> bool:
        return NAME.fullmatch(self.name) is not None and isinstance(self.arguments, dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One of several things to pick from."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """What the model says to the user."""

    text: str
    language: str | None = None
    """BCP 47, of the text."""
    says_done: tuple[str, ...] = ()
    """Names of the tools whose effect the text states as done in this turn."""
    suggestions: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    place: str = ""
    """The id of one that a result holds."""


@dataclass(frozen=True, slots=True)
class AnswerParts:
    calls: Sequence[AnswerCall]
    """Without `reply`."""
    words: SpokenWords | None
    is_well_formed: bool


def taken_apart(content: Json | None) -> AnswerParts:
    made = list(calls(content))
    others = [answer_call for answer_call in made if answer_call.name != REPLY]
    replies = [answer_call for answer_call in made if answer_call.name == REPLY]
    said = [words for reply in replies if (words := _words(reply.arguments)) is not None]
    fits = len(said) == len(replies) and all(other.is_usable for other in others)
    if replies:
        return AnswerParts(others, _joined(said), fits)
    text = "" if others else _text(content)
    return AnswerParts(others, SpokenWords(text) if text else None, fits)


def calls(content: Json | None) -> Iterator[AnswerCall]:
    """All of them, `reply` too, in their order."""
    for part in _parts(content):
        call: Any = part.get("functionCall") or part.get("function_call")
        if call is not None:
            arguments, said = _without_said(call.get("args") or {})
            yield AnswerCall(str(call.get("name", "")), arguments, call.get("id"), said)


def _without_said(arguments: Any) -> tuple[Any, Any]:
    if not isinstance(arguments, dict):
        return arguments, None
    given = cast("Json", arguments)
    return {name: argument for name, argument in given.items() if name != SAID}, given.get(SAID)


def _words(arguments: Any) -> SpokenWords | None:
    """None where it is no reply: an object with a text."""
    given: Json = cast("Json", arguments) if isinstance(arguments, dict) else {}
    text = given.get("text")
    if not isinstance(text, str) or not text.strip():
        return None
    language = given.get("language")
    is_tag = isinstance(language, str) and languages.is_tag(language)
    said_done = [claim.strip() for claim in _texts(given.get("says_done"))]
    suggestions = [suggestion.strip() for suggestion in _texts(given.get("suggestions"))]
    return SpokenWords(
        text.strip(),
        cast("str", language) if is_tag else None,
        tuple(fromkey for fromkey in dict.fromkeys(said_done) if fromkey not in {"", REPLY})[
            :MOST_SAID_DONE
        ],
        tuple(
            suggestion for suggestion in suggestions if 0 < len(suggestion) <= LONGEST_SUGGESTION
        )[:MOST_SUGGESTIONS],
        _options(given.get("choices")),
        _line(given.get("place")),
    )


def _options(value: Any) -> tuple[Option, ...]:
    """Of a list of objects, or of one of bare titles."""
    listed: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    found: list[Option] = []
    for option in listed[:MOST_OPTIONS]:
        given: Json = cast("Json", option) if isinstance(option, dict) else {"title": option}
        title, more = _line(given.get("title")), _line(given.get("description"))
        if title:
            found.append(Option(title, more))
    return tuple(found)


def _line(value: Any) -> str:
    """What was read of it, in one line."""
    return " ".join(value[:LONGEST_OPTION].split()) if isinstance(value, str) else ""


def _joined(said: Sequence[SpokenWords]) -> SpokenWords | None:
    """Several replies are one: what one says done, all of them say."""
    if not said:
        return None
    return SpokenWords(
        "\n\n".join(spoken_words.text for spoken_words in said),
        said[-1].language,
        tuple(dict.fromkeys(name for spoken_words in said for name in spoken_words.says_done)),
        said[-1].suggestions,
        said[-1].options,
        said[-1].place,
    )


def _texts(value: Any) -> list[str]:
    """Of a list, or of one text that should have been a list."""
    listed: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [text for text in listed if isinstance(text, str)]


def _parts(content: Json | None) -> list[Json]:
    parts: list[Json] = (content or {}).get("parts") or []
    return parts


def _text(content: Json | None) -> str:
    texts = [str(part.get("text") or "") for part in _parts(content) if not part.get("thought")]
    return "".join(texts).strip()
