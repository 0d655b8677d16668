"""A message to a person: its English words, which name it, said in their language. Pure.

Values stand in braces. Each is put in as it is given: numbers, dates and money are written by
`values.py` first. In a text from right to left each value is isolated, so that its own direction
does not mix with the text's.
"""

import re

from taskflow.words.catalogue import translations
from taskflow.words.languages import is_right_to_left
from taskflow.words.values import begun_from_the_right, isolated, number

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Message:
    """One text, such as `Message("Noted: {facts}")`; a context tells two alike apart."""

    __slots__ = ("context", "source")

    def __init__(self, source: str, context: str | None = None) -> None:
        self.source, self.context = source, context

    def __repr__(self) -> str:
        return f"Message({self.source!r})"

    def said(self, language: str, **values: object) -> str:
        """In one of LANGUAGES; where that has no translation, in English."""
        return _said(self.context, self.source, language, values)


class Counted:
    """A text about `n` things: in each language in as many forms as it counts in."""

    __slots__ = ("many", "one")
    context = None

    def __init__(self, one: str, many: str) -> None:
        self.one, self.many = one, many

    @property
    def source(self) -> str:
        return self.one

    def said(self, language: str, n: int, **values: object) -> str:
        known = translations(language)
        forms = known.texts.get((None, self.one), (self.one, self.many))
        text = forms[known.form_of(n) if (None, self.one) in known.texts else int(n != 1)]
        return _filled(text, language, {"n": number(n, language), **values})


def said(source: str, language: str, **values: object) -> str:
    """A message that others named by its English words, as a tool names what it does."""
    return _said(None, source, language, values)


def _said(context: str | None, source: str, language: str, values: dict[str, object]) -> str:
    text = translations(language).texts.get((context, source), source)
    assert isinstance(text, str), "only Counted has several forms"
    return _filled(text, language, values)


def _filled(text: str, language: str, values: dict[str, object]) -> str:
    if not values:
        return text
    texts = {name: str(value) for name, value in values.items()}
    if is_right_to_left(language):
        texts = {name: isolated(value) for name, value in texts.items()}
    filled = _PLACEHOLDER.sub(lambda found: texts.get(found[1], found[0]), text)
    return begun_from_the_right(filled, text) if is_right_to_left(language) else filled
