"""What limits the text that a pattern sees, where a door does.

A pattern that stands here is pumped up to its limit and not beyond; there it may take so many
plain passes over the text. That each door keeps its limit is what test_functions.py shows: it
pumps the functions behind the doors with texts far beyond it.
"""

from dataclasses import dataclass

from services.agent.judging import truth
from services.agent.leaving import leaving
from services.agent.memory.profile import clauses, own_words
from simulators.gemini import wire

TIMES = 250
"""Plain passes that a pattern without a limit may take: a pass costs some 20 ns a character."""


@dataclass(frozen=True, slots=True)
class Bound:
    limit: int
    """Characters."""
    times: float
    """Plain passes at that size: 1,500 of 600 characters are 18 ms."""
    door: str


_PROFILE = Bound(own_words.LONGEST, 1_500, "own_words.own_words: longer messages say nothing")
BOUNDS = {
    "services.agent.memory.profile.": _PROFILE,
    "services.agent.memory.profile.phrases.correcting:_PATTERNS": Bound(
        clauses.LONGEST, 1_500, "clauses.clauses: a longer clause says nothing"
    ),
    "services.agent.leaving.leaving:_ASKS": _PROFILE,
    "services.agent.leaving.leaving:_WONDERS": _PROFILE,
    "services.agent.leaving.leaving:_YES": Bound(leaving.LONGEST_YES, 1_500, "leaving.confirms"),
    "services.agent.judging.phrasings:": Bound(
        truth.LONGEST_SENTENCE, 1_500, "truth.claims: a sentence is read in stretches"
    ),
    "simulators.gemini.brain.": Bound(wire.LONGEST_SAID, 1_500, "wire.Content: cut where read"),
}
"""By the beginning of the pattern's place."""


def bound_of(where: str) -> Bound | None:
    """The most particular one."""
    found = [begin for begin in BOUNDS if where.startswith(begin)]
    return BOUNDS[max(found, key=len)] if found else None
