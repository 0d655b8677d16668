"""What a request needs of its person, and what it gives to a tool."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue


class SpokenWish(Protocol):
    def question(self) -> str | None:
        """What must be asked before anything can be done."""
        ...

    def slots(self) -> dict[str, JsonValue]:
        """By the names that `schema.fit` knows."""
        ...


@dataclass(frozen=True)
class WishWords:
    """One argument in the person's own words."""

    slot: str
    words: str | None
    ask: str | None = None
    """The question where the words are missing; None where the tool does without."""

    def question(self) -> str | None:
        return self.ask if self.words is None else None

    def slots(self) -> dict[str, JsonValue]:
        return {self.slot: self.words}
