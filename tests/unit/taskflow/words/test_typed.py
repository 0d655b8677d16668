"""Yes, no, stop and undo as people type them: a whole message, in any of the languages, or none."""

# ruff: noqa: RUF001 - words of twenty languages

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.judging import proposals, receipts
from services.agent.leaving import leaving
from taskflow.words.languages import LANGUAGES
from taskflow.words.typed import LONGEST, NO, STOP, UNDO, YES, folded

SAID = {
    "en": ("yes please!", "Stop it."),
    "de": ("Ja, klar!", "halt, stopp"),
    "es": ("sí, claro", "¡para ya!"),
    "pt-BR": ("Pode ser", "para com isso"),
    "fr": ("oui, bien sûr", "Arrête !"),
    "it": ("Sì certo", "basta"),
    "nl": ("ja graag", "hou op"),
    "pl": ("tak, jasne", "przestań"),
    "tr": ("Evet, tabii", "DUR"),
    "ru": ("да, конечно", "хватит"),
    "uk": ("так, звісно", "досить"),
    "ar": ("نعم", "توقف"),
    "he": ("כן, בטח", "עצור"),
    "hi": ("हाँ", "रुको"),
    "bn": ("হ্যাঁ", "থামো"),
    "id": ("ya, tentu", "berhenti"),
    "vi": ("vâng ạ", "dừng lại"),
    "zh-Hans": ("好的。", "停下"),
    "ja": ("はい！", "止めて"),
    "ko": ("네", "그만해"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_yes_and_a_stop_are_known_in_every_language(language: str) -> None:
    yes, stop = SAID[language]
    assert YES.is_said(yes, [language])
    assert STOP.is_said(stop, [language])
    assert not YES.is_said(stop, LANGUAGES)
    assert not STOP.is_said(yes, LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_than_yes_is_none(language: str) -> None:
    yes, _ = SAID[language]
    for more in (f"{yes} 10", f"{yes} https://a.example", f"10 {yes}", f"{yes}?", yes * 40):
        assert not YES.is_said(more, LANGUAGES), more


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_is_asked_for_is_a_yes(language: str) -> None:
    for question in (
        proposals.HOW_TO_SAY_YES.said(language),
        proposals.HOW_TO_TELL_ZONE.said(language),
        leaving.question(language).rpartition("\n")[2],
    ):
        (word,) = re.findall(r"\*\*(.+?)\*\*", question)
        assert YES.is_said(word, [language]), question


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_is_offered_is_an_undo(language: str) -> None:
    offer = receipts.HOW_TO_UNDO.said(language)
    (word,) = re.findall(r"\*\*(.+?)\*\*", offer)
    assert UNDO.is_said(word, [language]), offer


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_both(language: str) -> None:
    """English is understood beside every language; one may undo with its word for "stop"."""
    yes, no, stop, undo = (
        {folded(word) for one in (language, "en") for word in typed.words(one)}
        for typed in (YES, NO, STOP, UNDO)
    )
    assert not yes & (no | stop | undo)
    assert not no & undo
    assert all(len(one) <= LONGEST for one in yes | no | stop | undo)
    assert "" not in yes | no | stop | undo


def test_a_word_of_another_language_is_none() -> None:
    assert not YES.is_said("ja", ["es"])
    assert not YES.is_said("ha", ["en"])
    assert YES.is_said("yes", ["ja"])


@pytest.mark.parametrize(
    ("typed", "folded_to"),
    [
        ("  Sí, claro!! ", "si claro"),
        ("HAYIR", "hayir"),
        ("👍🏽", "👍"),
        ("D\u2019ACCORD.", "d'accord"),
        ("が", "が"),
        ("نَعَم", "نعم"),
        ("はい。", "はい"),
    ],
)
def test_case_accents_and_what_stands_around_do_not_count(typed: str, folded_to: str) -> None:
    assert folded(typed) == folded_to


@given(st.sampled_from(LANGUAGES), st.data(), st.sampled_from(["{}", " {}! ", "{}.", "{}…\n"]))
def test_each_word_is_said_in_capitals_and_with_a_stop(language: str, data, how: str) -> None:
    word = data.draw(st.sampled_from(YES.words(language)))
    assert YES.is_said(how.format(word.upper()), [language])
