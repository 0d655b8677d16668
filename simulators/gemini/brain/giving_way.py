"""A model that is told of words which came while it worked: do they change what is to be done?"""

import re

from simulators.gemini.answers import PlannedCall
from simulators.gemini.wire import GenerateRequest

GIVE_WAY = "give_way"
_CHANGES = re.compile(
    r"\b(?:stop|wrong|instead|wait|actually|i\s+meant|not\s+that|never\s*mind|cancel|sorry)\b",
    re.IGNORECASE,
)


def given(request: GenerateRequest) -> PlannedCall | None:
    """Where it may be called, and the newest note holds words that take something back."""
    allowed = request.tool_config.function_calling_config.allowed_function_names
    if GIVE_WAY not in request.declarations() or (allowed and GIVE_WAY not in allowed):
        return None
    _, _, arrived = "\n".join(request.contents[-1].notes()).partition("\n")
    return PlannedCall(GIVE_WAY, {}) if _CHANGES.search(arrived[:1_000]) else None
