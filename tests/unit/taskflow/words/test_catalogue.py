"""Every message of the code has its words in every language, and nothing else stands there."""

import re
import string
from collections import Counter
from gettext import c2py

import pytest
from babel.messages.catalog import Catalog, Message

from taskflow.words.languages import LANGUAGES, SOURCE, is_right_to_left, locale_of
from taskflow.words.values import ISOLATE
from tests.support import catalogue
from tests.support.catalogue import Said, forms_of, of_module

SAID = catalogue.of_code()
STANDING: dict[str, Catalog] = {one: catalogue.standing(one) for one in LANGUAGES if one != SOURCE}
MARKS = re.compile(r"\*\*|^_|_$|[\U0001f000-\U0001ffff]|\n")
"""Of Markdown, and pictures: they stand in every language as they stand in English."""


def messages(language: str) -> dict[tuple[str | None, str], Message]:
    found = {}
    for one in STANDING[language]:
        if one.id:
            found[one.context, one.id if isinstance(one.id, str) else one.id[0]] = one
    return found


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def complaints(language: str, said: Said, translated: Message | None) -> list[str]:
    """What is wrong with one translation."""
    if translated is None or not all(forms(translated)):
        return ["no translation"]
    told = forms(translated)
    if len(told) != (len(forms_of(language)) if said.plural else 1):
        return ["not as many forms as the language counts in"]
    found = []
    for form, tag in zip(told, forms_of(language) if said.plural else ["other"], strict=True):
        wanted = placeholders(said.plural or said.source)
        # "Every day but one": a form of one or of two may hold its number as a word.
        bare = [name for name in wanted if name != "n"] if tag in {"zero", "one", "two"} else wanted
        if placeholders(form) not in (wanted, bare):
            found.append(f"other placeholders: {form}")
        if is_prose(said) and Counter(MARKS.findall(form)) != Counter(MARKS.findall(said.source)):
            found.append(f"other marks: {form}")
        if ISOLATE in form:
            found.append("values are isolated by code")
    return found


def is_prose(said: Said) -> bool:
    return "|" not in said.source


@pytest.mark.parametrize("language", STANDING)
def test_every_message_is_said_in_every_language(language: str) -> None:
    standing = messages(language)
    wrong = {
        said.source: found
        for said in SAID
        if (found := complaints(language, said, standing.get((said.context, said.source))))
    }
    assert not wrong


@pytest.mark.parametrize("language", STANDING)
def test_nothing_stands_there_that_nobody_says(language: str) -> None:
    assert messages(language).keys() == {(said.context, said.source) for said in SAID}
    assert not STANDING[language].obsolete


@pytest.mark.parametrize("language", STANDING)
def test_things_are_counted_by_cldr(language: str) -> None:
    form_of, names = c2py(STANDING[language].plural_expr), forms_of(language)
    rule = locale_of(language).plural_form
    assert [names[form_of(n)] for n in range(1_000)] == [rule(n) for n in range(1_000)]


def test_a_file_is_written_again_as_it_stands(tmp_path, monkeypatch) -> None:
    before = {one: catalogue.path_of(one).read_text() for one in STANDING}
    for one in STANDING:
        again = catalogue.brought_up_to_date(one, SAID)
        monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
        catalogue.write(one, again)
        assert catalogue.path_of(one).read_text() == before[one]
        monkeypatch.undo()


WRONG = {
    "no translation": ('Message("a {b}")', ""),
    "other placeholders": ('Message("a {b}")', "ein {c}"),
    "other marks": ('Message("**a** {b}")', "ein {b}"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_translation_is_found(what: str) -> None:
    source, translated = WRONG[what]
    (said,) = of_module(source, "here")
    found = complaints("de", said, Message(said.source, translated))
    assert found
    assert found[0].startswith(what)


def test_a_missing_form_is_found() -> None:
    (said,) = of_module('Counted("{n} day", "{n} days")', "here")
    two = Message(("{n} day", "{n} days"), ("{n} день", "{n} дня"))
    assert complaints("ru", said, two) == ["not as many forms as the language counts in"]
    assert not complaints("ru", said, Message(two.id, (*two.string, "{n} дней")))


@pytest.mark.parametrize("source", ['Message(f"a {b}")', 'Message("a" + b)', "Message(text=b)"])
def test_a_message_that_is_put_together_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="here:1: a message is written out"):
        list(of_module(source, "here"))


def test_right_to_left_is_told_by_cldr() -> None:
    assert [one for one in LANGUAGES if is_right_to_left(one)] == ["ar", "he"]
