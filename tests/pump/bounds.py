"""What limits the text that a pattern sees, where a door does.

A pattern that stands here is pumped up to its limit and not beyond; there it may take so many
plain passes over the text. That each door keeps its limit is what test_functions.py shows: it
pumps the functions behind the doors with texts far beyond it.
"""

from dataclasses import dataclass

from services.agent.memory.profile import words
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


BOUNDS = {
    "services.agent.memory.profile.": Bound(
        words.MOST_CHARACTERS, 1_500, "fact_tools: a value has its length, and no other is read"
    ),
    "simulators.gemini.brain.": Bound(wire.LONGEST_SAID, 1_500, "wire.Content: cut where read"),
    "simulators.gemini.tongues.": Bound(wire.LONGEST_SAID, 1_500, "interpreter.hear: cut there"),
}
"""By the beginning of the pattern's place."""


def bound_of(where: str) -> Bound | None:
    """The most particular one."""
    found = [begin for begin in BOUNDS if where.startswith(begin)]
    return BOUNDS[max(found, key=len)] if found else None
