"""Actions that wait for the user's word: how they are told apart, shown, and said yes to. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from babel.dates import get_timezone_location

from contracts.event import Json
from contracts.tools import ActionProposed

LOCALE = "en"
"""Of the names of cities."""
MAX_SHOWN = 700
"""Characters of one action: what cannot be shown whole cannot be said yes to."""
ASKS = "Shall I do this?"
HOW_TO_SAY_YES = "Reply **yes** to confirm."
ASKS_ZONE = "Is it {time} where you are ({city})?"
WHY_ZONE = "Your number does not tell me your time zone, and I ask only once."
HOW_TO_TELL_ZONE = "Reply **yes** to confirm, or with the city whose time you live by."
_YES = (
    "yes|y|yep|yeah|yup|ya|ok|okay|okey|k|sure|sure thing|do it|go ahead|go for it|please do"
    "|yes please|ok please|please|confirm|confirmed|correct|right|absolutely|of course|yes do it"
    "|ok do it|sounds good|yes go ahead|ja|jo|jawohl|klar|gerne|ja bitte|ja gerne|genau|mach das"
    "|si|si por favor|claro|vale|dale|hazlo|de acuerdo|sim|sim por favor|pode|pode ser|isso"
    "|confirmo|oui|oui merci|d'accord|vas-y|vas y|bien sur|da|tak|si va bene|va bene|certo|evet"
    "|да|так|да пожалуйста|хорошо|はい|是|是的|好|好的|네|نعم|हाँ"
    "|👍|👌|✅|🆗|💯|👍👍"
)
AFFIRMATIVES = frozenset(_YES.split("|"))
_PHRASES: Mapping[str, str] = {
    "set_reminder": "set a reminder",
    "cancel_reminder": "cancel the reminder",
    "watch_price": "watch the price at",
    "stop_watch": "stop watching",
}
_NAMELESS = ("text", "which", "url", "at")
"""Arguments that need no name to be understood; shown in this order, before the others."""
_VISIBLE_ANYWAY = frozenset("\u200d\n\t ")
"""Joins emoji, and what is shown as a space."""
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_IMITATION = re.compile(
    r"\W*(?:shall i do this\b|is it \d\d:\d\d where you are\b"
    r"|(?:please )?(?:reply|answer|say|type|send|write)\W+yes\b)",
    re.IGNORECASE,
)
LONGEST_YES = 100
"""Characters: what is longer says more than yes."""


class Unshowable(ValueError):
    """An action that a person could not read as it is."""


def canonical(value: Any) -> Any:
    """Arguments that mean the same are the same: no nulls, no order of keys, 70.0 is 70."""
    match value:
        case dict():
            items = cast("Json", value)
            return {key: canonical(one) for key, one in items.items() if one is not None}
        case list():
            return [canonical(one) for one in cast("list[Any]", value)]
        case float() if value.is_integer():
            return int(value)
        case str():
            return unicodedata.normalize("NFC", value.strip())
        case _:
            return value


def fingerprint(tool: str, arguments: Json) -> str:
    told = json.dumps([tool, canonical(arguments)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def in_words(tool: str, arguments: Json) -> str:
    """One line with every argument, word for word. Raises Unshowable."""
    given: Json = canonical(arguments)
    names = [name for name in _NAMELESS if name in given]
    names += [name for name in given if name not in names]
    phrase = _PHRASES.get(tool, tool.replace("_", " "))
    values = ", ".join(_value(name, given[name]) for name in names)
    line = f"{phrase}: {values}" if values else phrase
    if ASKS.casefold() in line.casefold():
        raise Unshowable("it imitates the question itself")
    if len(line) > MAX_SHOWN:
        raise Unshowable(f"it is longer than the {MAX_SHOWN} characters that can be shown")
    return line


def shown(text: str, proposed: Sequence[ActionProposed]) -> str:
    """A reply, and under it, by rule, exactly what a "yes" would do."""
    lines = dict.fromkeys(f"- {in_words(one.tool, one.arguments)}" for one in proposed)
    if not lines:
        return text
    own = re.sub(r"\n{3,}", "\n\n", _without_imitations(text)).strip()
    asks = [ASKS] if any(one.why != "zone" for one in proposed) else []
    in_zone = next((one for one in proposed if one.zone), None)
    asks += [_zone_question(in_zone)] if in_zone else []
    how = HOW_TO_TELL_ZONE if in_zone else HOW_TO_SAY_YES
    asked = "\n".join([*asks, *lines, "", how])
    return f"{own}\n\n{asked}" if own else asked


def _zone_question(proposed: ActionProposed) -> str:
    """By the city that CLDR names the zone after."""
    city = get_timezone_location(proposed.zone, locale=LOCALE, return_city=True).rpartition("/")[2]
    return f"{ASKS_ZONE.format(time=proposed.zone_time, city=city)} {WHY_ZONE}"


def _without_imitations(text: str) -> str:
    """Without the lines that ask for a yes as we do, also where the yes stands a line below."""
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number, below in zip(filled, [*filled[1:], None], strict=True):
        following = "" if below is None else f"\n{lines[below]}"
        if found := _IMITATION.match(lines[number] + following):
            if below is not None and found.end() > len(lines[number]):
                lines[below] = ""
            lines[number] = ""
    return "\n".join(lines)


def is_affirmative(text: str) -> bool:
    """The whole of it, not a part: "yes, but at 10" is none."""
    if len(text) > LONGEST_YES:
        return False
    bare = re.sub(r"[,;]\s*", " ", text.strip(" \t\n.!…")).replace("\u2019", "'")
    return " ".join(_normalized(bare).split()) in _NORMALIZED


def all_affirmative(texts: Sequence[str]) -> bool:
    return bool(texts) and all(map(is_affirmative, texts))


def _value(name: str, value: Any) -> str:
    match value:
        case str():
            told = _quoted(value)
        case bool():
            told = "yes" if value else "no"
        case dict() | list():
            told = _quoted(json.dumps(value, ensure_ascii=False, sort_keys=True))
        case _:
            told = str(value)
    if name in {"url", "at"} and isinstance(value, str) and not re.search(r"\s", value.strip()):
        told = told[1:-1]
    return told if name in _NAMELESS else f"{_visible(name).replace('_', ' ')} {told}"


def _quoted(text: str) -> str:
    return f"“{' '.join(_visible(text).translate({0x201C: 34, 0x201D: 34}).split())}”"


def _visible(text: str) -> str:
    for one in text:
        if unicodedata.category(one)[0] == "C" and one not in _VISIBLE_ANYWAY:
            raise Unshowable("it holds characters that cannot be seen")
    return text


def _normalized(word: str) -> str:
    letters = unicodedata.normalize("NFKD", _SKIN.sub("", word).casefold())
    bare = "".join(
        one for one in letters if not unicodedata.combining(one) or one in "\u3099\u309a"
    )
    return unicodedata.normalize("NFC", bare)


_NORMALIZED = frozenset(map(_normalized, AFFIRMATIVES))
