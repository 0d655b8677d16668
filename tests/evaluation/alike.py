"""Whether two texts say the same, as far as their letters tell, and whether a call is the one."""

from collections.abc import Mapping
from typing import Any

from tests.evaluation.cases import Call

ABOUT = ("text", "value", "url")
"""Arguments that tell one call of a tool from another."""
CLOSED = frozenset({"zone", "language", "home_airport", "currency", "url"})
"""Kinds whose values are codes or addresses: they are right or wrong."""
ALIKE = 0.5
"""Of the 3-grams of the shorter of two texts, so many stand in the longer one."""


def is_that(call: Call, tool: str, arguments: Mapping[str, Any]) -> bool:
    """The same tool, and about the same thing."""
    about = {name: str(call.arguments[name]) for name in ABOUT if name in call.arguments}
    kind = "url" if "url" in about else str(call.arguments.get("kind"))
    return call.tool == tool and all(
        alike(kind, str(arguments.get(name)), value) for name, value in about.items()
    )


def alike(kind: str, found: str, wanted: str) -> bool:
    if kind in CLOSED:
        return found == wanted
    those = sorted((_grams(found), _grams(wanted)), key=len)
    return len(those[0] & those[1]) >= ALIKE * len(those[0])


def _grams(text: str) -> frozenset[str]:
    plain = f" {text.casefold()} "
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))
