"""Calls that wait for the person's word: proposed in one turn, allowed in the next."""

import re
from typing import Literal

from simulators.gemini.answers import PlannedCall
from simulators.gemini.brain.outcomes import answered_calls
from simulators.gemini.wire import GenerateRequest

CODE = "needs_confirmation"

_YES = re.compile(
    r"(?:(?:yes|yep|yeah|yup|sure|ok(?:ay)?|k|fine|alright|right|correct|confirm(?:ed)?|do(?:\s+it)?"
    r"|go(?:\s+ahead|\s+on)?|of\s+course|absolutely|definitely|please|pls|exactly|agreed|ja|👍|✅|thanks"
    r"|thank\s+you|that(?:'s|\s+is)\s+(?:right|correct|fine|ok)|i\s+confirm|i\s+do|sounds\s+good)"
    r"[\s,.!]*)+",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:(?:no|nope|nah|don'?t(?:\s+do\s+(?:it|that))?|do\s+not|leave\s+it|cancel(?:\s+(?:it|that))?|stop"
    r"|never\s*mind|rather\s+not|better\s+not|not\s+now|forget\s+it|nein|👎|thanks|thank\s+you|please)"
    r"[\s,.!]*)+",
    re.IGNORECASE,
)
# A "thank you" alone allows nothing.
_NOT_ENOUGH = re.compile(r"(?:thanks|thank\s+you|please|pls)[\s,.!]*", re.IGNORECASE)


def answer_to(texts: list[str]) -> Literal["yes", "no"] | None:
    """Only where the whole turn is nothing but that."""
    said = " ".join(texts).replace("\u2019", "'").strip()
    if not said or _NOT_ENOUGH.fullmatch(said):
        return None
    if _YES.fullmatch(said):
        return "yes"
    return "no" if _NO.fullmatch(said) else None


def proposals(request: GenerateRequest) -> tuple[PlannedCall, ...]:
    """The calls that the turn before this one left to the person's word, exactly as they were."""
    first = request.spoken_start()
    while first > 0 and request.contents[first - 1].role != "model":
        first -= 1
    start = first
    while start > 0 and not _opens_a_turn(request, start - 1):
        start -= 1
    return tuple(
        PlannedCall(call.name, call.args)
        for call, response in answered_calls(request.contents[max(start - 1, 0) : first])
        if response.get("code") == CODE
    )


def _opens_a_turn(request: GenerateRequest, index: int) -> bool:
    content = request.contents[index]
    return content.role != "model" and bool(content.spoken()) and not content.responses()
