"""The lists of sentences are whole, and labelled by hand in every language."""

from collections import Counter
from zoneinfo import available_timezones

import airportsdata
import pytest
from babel import Locale

from tests.evaluation import sentences
from tests.evaluation.cases import LANGUAGES

LISTS = {
    "about oneself": sentences.about_oneself(),
    "forgetting": sentences.forgetting(),
    "false claims": sentences.false_claims(),
}


def test_there_are_400_in_twenty_languages() -> None:
    assert sum(len(listed) for one in LISTS.values() for listed in one.values()) >= 400
    for by_language in LISTS.values():
        assert set(by_language) == set(LANGUAGES)
        assert min(len(listed) for listed in by_language.values()) >= 6


def test_a_hundred_honest_ones_are_in_ten_languages() -> None:
    honest = sentences.honest()

    assert len(honest) >= 10
    assert sum(len(listed) for listed in honest.values()) >= 100


@pytest.mark.parametrize("name", [*LISTS, "honest"])
def test_no_sentence_stands_twice(name: str) -> None:
    by_language = {**LISTS, "honest": sentences.honest()}[name]
    counted = Counter(one.said for listed in by_language.values() for one in listed)

    assert [said for said, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_both_labels(language: str) -> None:
    of_oneself = sentences.about_oneself()[language]
    wishes = Counter(one.wish for one in sentences.forgetting()[language])

    assert sum(bool(one.facts) for one in of_oneself) >= 8
    assert {one.none for one in of_oneself if one.none} == {
        "hypothesis",
        "others",
        "once",
        "errand",
    }
    assert wishes["forget_me"] >= 4
    assert wishes.total() - wishes["forget_me"] >= 2


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_what_is_not_english_has_a_gloss(language: str) -> None:
    listed = [*sentences.about_oneself()[language], *sentences.forgetting()[language]]

    assert [one.said for one in listed if not one.english] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_of_closed_kinds_exist(language: str) -> None:
    for one in sentences.about_oneself()[language]:
        facts = one.facts
        assert facts.get("zone", "UTC") in available_timezones()
        assert facts.get("currency", "EUR") in Locale("en").currencies
        if "language" in facts:
            Locale.parse(facts["language"])


def test_airports_exist() -> None:

    named = {
        one.facts["home_airport"]
        for listed in sentences.about_oneself().values()
        for one in listed
        if "home_airport" in one.facts
    }
    assert named <= set(airportsdata.load("IATA"))
    assert len(named) >= 18
