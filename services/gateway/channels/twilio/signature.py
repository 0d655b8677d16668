"""Twilio's signature over the public URL and every parameter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from twilio.request_validator import (  # pyright: ignore[reportMissingTypeStubs]
    RequestValidator,
)

MAX_FIELDS = 100


class TooManyFields(ValueError):
    """A form that no vendor of ours sends."""


class NotText(ValueError):
    """Bytes that are no text."""


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


def parsed(body: bytes) -> dict[str, list[str]]:
    """Every value of every field, blank ones too: dropping one breaks the signature.

    Raises TooManyFields, NotText.
    """
    if body.count(b"&") >= MAX_FIELDS:
        raise TooManyFields(f"more than {MAX_FIELDS} fields")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise NotText("the form is not UTF-8") from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


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
