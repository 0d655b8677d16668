"""How much of a model's answer is taken in: it is read, stored and sent to a person as a whole."""

from typing import Any

import orjson
import structlog

from contracts.event import Json

LONGEST_TEXT = 16_000
"""Characters of an answer's words: ten messages on WhatsApp, 65,000 tokens is what may come."""
LARGEST = 256 * 1024
"""Bytes of an answer as JSON, once its words are cut. An event's place on the bus is 1 MiB."""
TOO_LONG = "TOO_LONG"
"""Finish reason of an answer whose words were cut here, beside the vendor's own."""

log = structlog.get_logger()


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
        text: Any = part.get("text")
        if isinstance(text, str):
            thought = bool(part.get("thought"))
            fits = fits and len(text) <= room[thought]
            parts.append({**part, "text": text[: room[thought]]})
            room[thought] -= len(parts[-1]["text"])
        else:
            parts.append(part)
    return content if fits else {**content, "parts": parts}
