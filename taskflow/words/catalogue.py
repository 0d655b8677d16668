"""The translations, read from the .po files as they are first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from taskflow.words.languages import LANGUAGES, SOURCE

Key = tuple[str | None, str]
"""A message's context, and its English words."""


@dataclass(frozen=True, slots=True)
class Translations:
    texts: Mapping[Key, str | Sequence[str]]
    """Several where the message counts: by the language's plural forms, in their order."""
    form_of: Callable[[int], int]
    """Which plural form a number takes."""


def folder() -> Traversable:
    return files("taskflow.words").joinpath("locale")


def file_of(language: str) -> Traversable:
    return folder().joinpath(f"{language.replace('-', '_')}.po")


@cache
def translations(language: str) -> Translations:
    """Of one of LANGUAGES, some 5 ms the first time; the source's is empty."""
    if language == SOURCE or language not in LANGUAGES:
        return Translations({}, lambda n: int(n != 1))
    with file_of(language).open("rb") as opened:
        read: Catalog = read_po(opened, locale=language.replace("-", "_"))
    texts: dict[Key, str | Sequence[str]] = {}
    for message in read:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[0]
        translated = message.string
        texts[message.context, source] = (
            translated if isinstance(translated, str) else tuple(translated or ())
        )
    return Translations(texts, c2py(read.plural_expr))
