"""The places of a search, or a refusal with what could be meant."""

from taskflow.places import meaning
from taskflow.places.meaning import MOST_CHARACTERS, Place, in_full
from taskflow.tooling import Refused

__all__ = ["MOST_CHARACTERS", "Place", "by_code", "in_full", "resolve"]


def resolve(said: str, code: str | None = None) -> Place:
    """A place's airports. Raises Refused naming what could be meant."""
    try:
        return meaning.resolve(said, code)
    except meaning.UnclearPlace as unclear:
        raise Refused(str(unclear)) from None


def by_code(code: str) -> Place:
    """An airport's, or a city's by its code. Raises Refused for an unknown one."""
    try:
        return meaning.by_code(code)
    except meaning.UnclearPlace as unclear:
        raise Refused(str(unclear)) from None
