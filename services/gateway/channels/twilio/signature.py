"""Twilio's signature over the public URL and every parameter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from twilio.request_validator import (  # pyright: ignore[reportMissingTypeStubs]
    RequestValidator,
)


@dataclass(frozen=True, slots=True)
class _Parameters:
    """A form as Twilio's validator reads one; of a plain dict it takes single values only."""

    form: Mapping[str, Sequence[str]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.form)

    def __len__(self) -> int:
        return len(self.form)

    def getall(self, name: str) -> Sequence[str]:
        return self.form[name]


def is_twilios(
    tokens: Iterable[str], url: str, form: Mapping[str, Sequence[str]], signature: str
) -> bool:
    """By the primary token or, while it is rotated, the secondary one; SHA-1 as Twilio signs.

    Shared-key signing announces itself in a header and needs a secret of its own; without one
    configured its signatures do not match and are refused.
    """
    parameters = _Parameters(form)
    validators = [cast("Any", RequestValidator(token)) for token in tokens]
    return any([bool(v.validate(url, parameters, signature)) for v in validators])  # noqa: C419 - all, in constant time
