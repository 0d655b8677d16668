"""The words of time that arguments of tools choose among, in each language. Pure."""

from collections.abc import Mapping

from babel.dates import get_day_names

from taskflow.words.languages import SOURCE, locale_of
from taskflow.words.message import Message

_WORDS: Mapping[str, Message] = {
    "today": Message("today"),
    "tomorrow": Message("tomorrow"),
    "morning": Message("morning"),
    "noon": Message("noon"),
    "afternoon": Message("afternoon"),
    "evening": Message("evening"),
    "night": Message("night"),
}


def time_word(word: str, language: str) -> str:
    """As people say it, a weekday by CLDR's name; whatever else it is, as it stands."""
    if language == SOURCE:
        return word
    if word in _WORDS:
        return _WORDS[word].said(language)
    english: Mapping[int, str] = dict(get_day_names("wide", locale=SOURCE))
    nth = next((day for day, name in english.items() if name.lower() == word), None)
    if nth is None:
        return word
    return get_day_names("wide", "stand-alone", locale_of(language))[nth]
