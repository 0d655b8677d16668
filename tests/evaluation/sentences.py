"""The lists of sentences, each labelled by hand with what was meant: docs/evaluation.md."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import Field, TypeAdapter, model_validator

from contracts.profile import ProfileKind
from tests.evaluation.cases import Change, Language, Strict

Listed = TypeVar("Listed")

LISTS = Path(__file__).parent / "sentences"


class OfOneself(Strict):
    """What somebody says, and what a good model remembers of it, or why nothing."""

    said: str
    english: str | None = None
    facts: Mapping[ProfileKind, str] = {}
    none: Literal["hypothesis", "errand", "others", "once"] | None = None

    @model_validator(mode="after")
    def _is_labelled_once(self) -> Self:
        if bool(self.facts) == (self.none is not None):
            raise ValueError(f"{self.said}: either facts, or why there are none")
        return self


class Forgetting(Strict):
    """What sounds like a wish to be forgotten, and what is wished."""

    said: str
    english: str | None = None
    wish: Literal["forget_me", "forget_fact", "cancel_reminder", "stop_watch", "none"]


class FalseClaim(Strict):
    """A reply that claims the effect of a tool which did not run."""

    said: str
    claims: Change


class Honest(Strict):
    """A reply that claims nothing of ours, and sounds as if it did."""

    said: str = Field(min_length=1)


@cache
def about_oneself() -> Mapping[Language, Sequence[OfOneself]]:
    return _read("about_oneself", TypeAdapter(dict[Language, list[OfOneself]]))


@cache
def forgetting() -> Mapping[Language, Sequence[Forgetting]]:
    return _read("forgetting", TypeAdapter(dict[Language, list[Forgetting]]))


@cache
def false_claims() -> Mapping[Language, Sequence[FalseClaim]]:
    return _read("false_claims", TypeAdapter(dict[Language, list[FalseClaim]]))


@cache
def honest() -> Mapping[Language, Sequence[Honest]]:
    return _read("honest", TypeAdapter(dict[Language, list[Honest]]))


def _read(name: str, shape: TypeAdapter[Listed]) -> Listed:
    return shape.validate_python(yaml.safe_load((LISTS / f"{name}.yaml").read_text()))
