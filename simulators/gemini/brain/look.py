"""Which changes a reply claims, when the request asks for nothing else.

What a request of this kind looks like is told by its own shape: one text that is an object with a
reply and the changes that there are. It reads English, for what simple wits can tell of it.
"""

import re
from collections.abc import Mapping

from simulators.gemini.brain.toolbox import Skill, skill_of
from simulators.gemini.wire import LONGEST_SAID, GenerateRequest

NONE = "none"
_CLAIMS: Mapping[Skill, re.Pattern[str]] = {
    "set_reminder": re.compile(
        r"\bI(?:'ve| have) (?:just )?(?:set|created|added)\b[^.!?]{0,40}\breminder"
        r"|\bI(?:'ll| will) remind you|\breminder (?:is )?set\b",
        re.IGNORECASE,
    ),
    "cancel_reminder": re.compile(
        r"\bI(?:'ve| have)? (?:just )?(?:cancelled|deleted|removed)\b[^.!?]{0,40}\breminder",
        re.IGNORECASE,
    ),
    "watch_price": re.compile(
        r"\bI(?:'m| am)(?: now)? watching\b|\bI(?:'ve| have)? started (?:watching|a watch)"
        r"|\bI(?:'ll| will) (?:watch|let you know when|tell you when)",
        re.IGNORECASE,
    ),
    "stop_watch": re.compile(r"\bI(?:'ve| have)? stopped watching", re.IGNORECASE),
}
_ELSE = re.compile(
    r"\bI(?:'ve| have)? (?:just )?(?:booked|bought|paid|sent|emailed)\b", re.IGNORECASE
)


def claimed(request: GenerateRequest) -> str | None:
    """Names, or NONE; None for a request that asks something else."""
    asked = _asked(request)
    if asked is None:
        return None
    reply, changes = asked
    text = reply[:LONGEST_SAID].replace("\u2019", "'")
    found = [name for name in changes if _claims(name, text)]
    found += ["something_else"] if _ELSE.search(text) else []
    return ", ".join(found) or NONE


def _claims(tool: str, text: str) -> bool:
    skill = skill_of(tool)
    pattern = _CLAIMS.get(skill) if skill else None
    return pattern is not None and pattern.search(text) is not None


def _asked(request: GenerateRequest) -> tuple[str, list[str]] | None:
    question = request.only_object()
    if question is None:
        return None
    reply, changes = question.get("reply"), question.get("changes")
    if not isinstance(reply, str) or not isinstance(changes, list):
        return None
    return reply, [str(change) for change in changes]
