"""A value is its user's words, in whatever language they said it; another's value is not."""

# ruff: noqa: RUF001 - Ukrainian is written in its own letters

import pytest

from services.agent.memory.profile.grounded import is_meant, is_of


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("likes tea", "I like tea"),
        ("Vegetarierin", "bin übrigens vegetarierin"),
        ("東京タワー", "仕事場は東京タワーの近く"),
        ("ANGELA", "mi jefa se llama ángela"),
    ],
)
def test_words_are_known_again_through_forms_and_marks(value: str, said: str) -> None:
    assert is_of(value, [said])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Bob", "how much is this?"),
        ("coffee", "I like tea"),
        ("...", "..."),
        ("is vegan", "I like tea"),
    ],
)
def test_what_nobody_said_is_not(value: str, said: str) -> None:
    assert not is_of(value, [said])


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("home", "Cologne", "ich wohn jetz in köln"),
        ("home", "львів", "живу у львові"),
        ("home_airport", "MAD", "siempre salgo desde barajas"),
        ("home_airport", "LGW", "fly me from LGW"),
        ("currency", "USD", "ponme los precios en dolares siempre"),
        ("currency", "USD", "値段はこれからドルでお願い"),
        ("currency", "GBP", "prices in £ please"),
        ("language", "en", "ইংরেজিতে বলো"),
        ("zone", "Atlantic/Canary", "toy en canarias asi q una hora menos"),
        ("zone", "America/Denver", "I'm on mountain time"),
    ],
)
def test_a_value_with_a_canon_is_meant_by_any_of_its_names(
    kind: str, value: str, said: str
) -> None:
    assert is_meant(kind, value, [said])


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("home", "Oslo", "I live in Lisbon"),
        ("home_airport", "HAM", "pode me chamar"),
        ("home_airport", "LHR", "my airport is Porto"),
        ("currency", "USD", "prices in euros"),
        ("language", "en", "ik vlieg altijd vanaf eindhoven"),
        ("zone", "Asia/Tokyo", "I live in Lisbon"),
        ("zone", "Mars/Olympus", "I live on Mars"),
    ],
)
def test_another_value_is_not_meant(kind: str, value: str, said: str) -> None:
    assert not is_meant(kind, value, [said])
