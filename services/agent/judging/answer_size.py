"""How much of a model's answer is taken in: it is read, stored and sent to a person as a whole."""

from typing import Any, cast

import orjson
import structlog

from contracts.event import Json
from services.agent.judging.answer_parts import REPLY

LONGEST_TEXT = 16_000
"""Characters of an answer's words: ten messages on WhatsApp, 65,000 tokens is what may come."""
LARGEST = 256 * 1024
"""Bytes of an answer as JSON, once its words are cut. An event's place on the bus is 1 MiB."""
TOO_LONG = "TOO_LONG"
"""Finish reason of an answer whose words were cut here, beside the vendor's own."""

log = structlog.get_logger()
MOST_AT_ONCE = 7_000
"""UTF-16 units of the model's words: five parts of Twilio's 1,600, less receipts and numbers."""
_PAUSES = ("\n\n", "\n", ". ", "。", " ")


def fitted(content: Json | None, finish: str) -> tuple[Json | None, str]:
    """The content within the limits, and how it ended; what is too large is malformed."""
    if content is None:
        return None, finish
    cut = _cut(content)
    if cut is not content:
        log.warning("model.answer_cut", kept=LONGEST_TEXT, finish=finish)
        finish = TOO_LONG
    try:
        size = len(orjson.dumps(cut))
    except TypeError:
        # Half a surrogate pair, or an integer of a hundred digits: whoever stores it says so.
        return cut, finish
    if size > LARGEST:
        log.warning("model.answer_too_large", bytes=size, most=LARGEST)
        return None, "MALFORMED_RESPONSE"
    return cut, finish


def _cut(content: Json) -> Json:
    """Its first words; thoughts have a room of their own. The same object where all fits."""
    room = {True: LONGEST_TEXT, False: LONGEST_TEXT}
    parts: list[Json] = []
    fits = True
    came: list[Json] = content.get("parts") or []
    for part in came:
        text, thought = _words(part), bool(part.get("thought"))
        if text is None:
            parts.append(part)
            continue
        fits = fits and len(text) <= room[thought]
        parts.append(_with(part, text[: room[thought]]))
        room[thought] -= min(len(text), room[thought])
    return content if fits else {**content, "parts": parts}


def _words(part: Json) -> str | None:
    """Of a part that says something: as text, or by a call of `reply`."""
    call: Json = part.get("functionCall") or {}
    arguments: Any = call.get("args") if call.get("name") == REPLY else None
    says: Json = cast("Json", arguments) if isinstance(arguments, dict) else part
    text: Any = says.get("text")
    return text if isinstance(text, str) else None


def _with(part: Json, text: str) -> Json:
    call: Json | None = part.get("functionCall")
    if call is None:
        return {**part, "text": text}
    return {**part, "functionCall": {**call, "args": {**call["args"], "text": text}}}


def portion(text: str) -> tuple[str, str]:
    """What is said now, and what is held back; cut where a reader would pause."""
    place = _fitting(text)
    if place == len(text):
        return text, ""
    ends = ((text.rfind(pause, place // 2, place), pause) for pause in _PAUSES)
    cut = next((at + len(pause) for at, pause in ends if at >= 0), place)
    return text[:cut].rstrip(), text[cut:].lstrip()


def _fitting(text: str) -> int:
    """How many code points fit into so many UTF-16 units."""
    if len(text) * 2 <= MOST_AT_ONCE:
        return len(text)
    units = 0
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > MOST_AT_ONCE:
            return place
    return len(text)
