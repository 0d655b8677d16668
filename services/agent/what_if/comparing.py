"""What changed between a turn as it was and as it is now. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from services.agent.what_if.runs import Made, Run

Change = Literal["same", "wording", "tools", "outcome", "not asked"]
CHANGES: dict[Change, str] = {
    "same": "nothing changed",
    "wording": "wording only",
    "tools": "other tool calls",
    "outcome": "another outcome",
    "not asked": "the model could not be had",
}
"""The gravest that fits: `tools` are other calls or other arguments; `outcome` is another kind of
ending, or something else that was changed or proposed."""
LITTLE = 0.25
"""Of the longer text's words: fewer in common are chance, and marking around them only confuses."""
_WORDS = re.compile(r"\s+|\w+|[^\w\s]+")


def change(recorded: Run, anew: Run) -> Change:
    if anew.unreached is not None:
        return "not asked"
    if (recorded.outcome, recorded.changed) != (anew.outcome, anew.changed):
        return "outcome"
    if sorted(recorded.proposed) != sorted(anew.proposed):
        return "outcome"
    if _marks(recorded.calls) != _marks(anew.calls):
        return "tools"
    return "same" if _bare(recorded.reply) == _bare(anew.reply) else "wording"


def _marks(calls: Sequence[Made]) -> list[str]:
    """Whatever their order: calls side by side have none."""
    return sorted(call.fingerprint for call in calls)


def _bare(text: str | None) -> str:
    return " ".join((text or "").split())


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a reply; `changed` where the other one has it not."""

    text: str
    changed: bool


def pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts, cut at words where they differ; whole, where they have little in common."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += _piece(old[a:b], kind != "equal")
        right += _piece(new[c:d], kind != "equal")
    shared = words_in(left, changed=False)
    if shared < LITTLE * max(words_in(left), words_in(right)):
        return [*_piece(old, changed=True)], [*_piece(new, changed=True)]
    return left, right


def _piece(words: Sequence[str], changed: bool) -> Iterator[Piece]:
    if words:
        yield Piece("".join(words), changed)


def words_in(parts: Sequence[Piece], *, changed: bool | None = None) -> int:
    """All words, or those that changed."""
    chosen = [part.text for part in parts if changed is None or part.changed == changed]
    return sum(len(re.findall(r"\w+", text)) for text in chosen)


def beside(recorded: Sequence[Made], anew: Sequence[Made]) -> list[tuple[Made | None, Made | None]]:
    """Calls side by side: the same ones find each other first, then those of the same tool."""
    pairs: list[tuple[Made, Made]] = []
    old, new = [*recorded], [*anew]
    for alike in (_is_same, _is_of_the_same_tool):
        for made in [*old]:
            partner = next((other for other in new if alike(made, other)), None)
            if partner is not None:
                pairs.append((made, partner))
                old.remove(made)
                new.remove(partner)
    with_whom = {made.call: partner for made, partner in pairs}
    recorded_pairs = [(made, with_whom.get(made.call)) for made in recorded]
    return [*recorded_pairs, *((None, made) for made in new)]


def _is_same(made: Made, other: Made) -> bool:
    return made.fingerprint == other.fingerprint


def _is_of_the_same_tool(made: Made, other: Made) -> bool:
    return made.tool == other.tool
