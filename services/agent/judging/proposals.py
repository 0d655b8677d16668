"""Actions that wait for the user's word: how they are told apart, shown, and said yes to. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from contracts.declarations import Argument, Evidence
from contracts.event import Json
from contracts.tools import ActionProposed, ToolOffered
from taskflow.words import values
from taskflow.words.languages import LANGUAGES, SOURCE, is_right_to_left
from taskflow.words.message import Message, said
from taskflow.words.time_words import time_word
from taskflow.words.typed import YES

MAX_SHOWN = 700
"""Characters of one action: what cannot be shown whole cannot be said yes to."""
ASKS = Message("Shall I do this?")
HOW_TO_SAY_YES = Message("Reply **yes** to confirm.")
ASKS_ZONE = Message("Is it {time} where you are ({city})?")
WHY_ZONE = Message("Your number does not tell me your time zone, and I ask only once.")
HOW_TO_TELL_ZONE = Message("Reply **yes** to confirm, or with the city whose time you live by.")
_BOOLEANS = {True: Message("yes"), False: Message("no")}
_AROUND = " \t*_~>-\u2013\u2014•"
"""What may stand before a question that imitates ours."""
_UNQUOTED: frozenset[Evidence] = frozenset({"address", "time"})
"""What is read as it stands, without quotation marks."""
_VISIBLE_ANYWAY = frozenset("\u200d\n\t ")
"""Joins emoji, and what is shown as a space."""
_IMITATION = re.compile(
    r"\W*(?:shall i do this\b|is it \d\d:\d\d where you are\b"
    r"|(?:please )?(?:reply|answer|say|type|send|write)\W+yes\b)",
    re.IGNORECASE,
)


class Unshowable(ValueError):
    """An action that a person could not read as it is."""


def canonical(value: Any) -> Any:
    """Arguments that mean the same are the same: no nulls, no order of keys, 70.0 is 70."""
    match value:
        case dict():
            items = cast("Json", value)
            return {key: canonical(member) for key, member in items.items() if member is not None}
        case list():
            return [canonical(member) for member in cast("list[Any]", value)]
        case float() if value.is_integer():
            return int(value)
        case str():
            return unicodedata.normalize("NFC", value.strip())
        case _:
            return value


def fingerprint(tool: str, arguments: Json) -> str:
    call_json = json.dumps([tool, canonical(arguments)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(call_json.encode()).hexdigest()


def in_words(tool: str, arguments: Json, offer: ToolOffered | None, language: str = SOURCE) -> str:
    """One line with every argument, word for word, as its tool says. Raises Unshowable."""
    given: Json = canonical(arguments)
    declared = {argument.name: argument for argument in offer.declared} if offer else {}
    names = [name for name in declared if name in given]
    names += [name for name in given if name not in declared]
    named = offer.proposal if offer else None
    phrase = said(named, language) if named else tool.replace("_", " ")
    worded_arguments = [
        _argument(name, given[name], declared.get(name), language) for name in names
    ]
    if is_right_to_left(language):
        worded_arguments = list(map(values.isolated, worded_arguments))
    line = f"{phrase}: {', '.join(worded_arguments)}" if worded_arguments else phrase
    if any(question in line.casefold() for question in _questions()):
        raise Unshowable("it imitates the question itself")
    if len(line) > MAX_SHOWN:
        raise Unshowable(f"it is longer than the {MAX_SHOWN} characters that can be shown")
    return line


def shown(
    text: str,
    proposed: Sequence[ActionProposed],
    offered: Mapping[str, ToolOffered],
    language: str = SOURCE,
) -> str:
    """A reply, and under it, by rule, exactly what a "yes" would do."""
    lines = dict.fromkeys(
        f"- {in_words(proposal.tool, proposal.arguments, offered.get(proposal.tool), language)}"
        for proposal in proposed
    )
    if not lines:
        return text
    own = re.sub(r"\n{3,}", "\n\n", _without_imitations(text)).strip()
    asks = [ASKS.said(language)] if any(proposal.why != "zone" for proposal in proposed) else []
    in_zone = next((proposal for proposal in proposed if proposal.zone), None)
    asks += [_zone_question(in_zone, language)] if in_zone else []
    how = HOW_TO_TELL_ZONE if in_zone else HOW_TO_SAY_YES
    asked = "\n".join([*asks, *lines, "", how.said(language)])
    return f"{own}\n\n{asked}" if own else asked


def _zone_question(proposed: ActionProposed, language: str) -> str:
    """By the city that CLDR names the zone after."""
    city = values.city(proposed.zone or "", language)
    asks = ASKS_ZONE.said(language, time=proposed.zone_time, city=city)
    return f"{asks} {WHY_ZONE.said(language)}"


@cache
def _questions() -> frozenset[str]:
    """In every language: a model may imitate any."""
    return frozenset(ASKS.said(language).casefold() for language in LANGUAGES)


def _without_imitations(text: str) -> str:
    """Without the lines that ask for a yes as we do, also where the yes stands a line below."""
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number, below in zip(filled, [*filled[1:], None], strict=True):
        following = "" if below is None else f"\n{lines[below]}"
        if lines[number].strip(_AROUND).casefold().startswith(tuple(_questions())):
            lines[number] = ""
        elif found := _IMITATION.match(lines[number] + following):
            if below is not None and found.end() > len(lines[number]):
                lines[below] = ""
            lines[number] = ""
    return "\n".join(lines)


def is_affirmative(text: str, languages: Sequence[str]) -> bool:
    """The whole of it, not a part, in one of these languages or in English."""
    return YES.is_said(text, languages)


def all_affirmative(texts: Sequence[str], languages: Sequence[str]) -> bool:
    return bool(texts) and all(is_affirmative(text, languages) for text in texts)


def _argument(name: str, value: Any, declared: Argument | None, language: str) -> str:
    """Its value, between the words of its tool or after its name."""
    bare = declared is not None and declared.evidence in _UNQUOTED
    worded = _value(value, language, bare=bare)
    if declared is not None and declared.evidence == "time":
        worded = time_word(worded, language)
    if declared is not None and declared.shown is not None:
        return said(declared.shown, language, value=worded)
    return f"{_visible(name).replace('_', ' ')} {worded}"


def _value(value: Any, language: str, *, bare: bool) -> str:
    match value:
        case str() if bare and not re.search(r"\s", value):
            return _quoted(value)[1:-1]
        case str():
            return _quoted(value)
        case bool():
            return _BOOLEANS[value].said(language)
        case dict() | list():
            return _quoted(json.dumps(value, ensure_ascii=False, sort_keys=True))
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return f"“{' '.join(_visible(text).translate({0x201C: 34, 0x201D: 34}).split())}”"


def _visible(text: str) -> str:
    for character in text:
        if unicodedata.category(character)[0] == "C" and character not in _VISIBLE_ANYWAY:
            raise Unshowable("it holds characters that cannot be seen")
    return text
