"""A language is known by a sentence; by a word, as far as conversation and country agree."""

# ruff: noqa: RUF001 - sentences of twenty languages

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.speaking.choosing import chosen
from services.agent.speaking.identifying import LONGEST, likelihoods
from taskflow.words.languages import LANGUAGES
from tests.evaluation import sentences

REMIND = {
    "en": "remind me tomorrow at 9 to call mom",
    "de": "erinner mich morgen um 9 an mama",
    "es": "recuérdame mañana a las 9 llamar a mamá",
    "pt-BR": "me lembra amanhã às 9 de ligar pra mãe",
    "fr": "rappelle-moi demain à 9h d'appeler maman",
    "it": "ricordami domani alle 9 di chiamare mamma",
    "nl": "herinner me morgen om 9 uur aan mama bellen",
    "pl": "przypomnij mi jutro o 9 żeby zadzwonić do mamy",
    "tr": "yarın saat 9'da annemi aramamı hatırlat",
    "ru": "напомни завтра в 9 позвонить маме",
    "uk": "нагадай завтра о 9 подзвонити мамі",
    "ar": "ذكرني غدا الساعة 9 بالاتصال بأمي",
    "he": "תזכיר לי מחר ב-9 להתקשר לאמא",
    "hi": "कल 9 बजे माँ को फोन करने की याद दिलाना",
    "bn": "কাল ৯টায় মাকে ফোন করতে মনে করিয়ে দিও",
    "id": "ingatkan aku besok jam 9 telepon ibu",
    "vi": "nhắc tôi 9 giờ sáng mai gọi cho mẹ",
    "zh-Hans": "明天9点提醒我给妈妈打电话",
    "ja": "明日9時に母に電話するようリマインドして",
    "ko": "내일 9시에 엄마한테 전화하라고 알려줘",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_tells_its_language_whatever_was_spoken_before(language: str) -> None:
    likely = likelihoods(REMIND[language])
    assert chosen(None, likely, [], "en") == language
    assert chosen(None, likely, ["en", "en"], "en") == language
    assert chosen(None, likely, ["de"], "de") == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("https://shop.example/kaufen/jetzt 70", None),
        ("ada@mail.example", None),
        ("👍👍", None),
        ("12:30", None),
        ("", None),
        ("x", None),
        ("hej, vad kostar det här på torsdag", None),
        ("γεια σου τι κάνεις", None),
        ("да", "ru"),
        ("שלום", "he"),
        ("iPhone 15 を買いたい", "ja"),
        ("how do you say नमस्ते in english please", "en"),
    ],
)
def test_what_tells_no_language_of_ours_tells_none(text: str, language: str | None) -> None:
    likely = likelihoods(text)
    assert (max(likely, key=likely.__getitem__) if likely else None) == language


def test_most_of_what_people_write_is_known_by_itself_and_their_country() -> None:
    """Sentences that nobody wrote for this: with typing errors, slang and no accents."""
    lists = (sentences.about_oneself(), sentences.forgetting(), sentences.honest())
    said = [(language, one.said) for each in lists for language in each for one in each[language]]
    wrong = [text for one, text in said if chosen(None, likelihoods(text), [], one) != one]
    assert len(said) > 500
    assert len(wrong) / len(said) < 0.05, wrong


@pytest.mark.parametrize(
    ("text", "spoken", "country", "language"),
    [
        ("ok", ["de"], "en", "de"),
        ("hallo", [], "nl", "nl"),
        ("hallo", [], "de", "de"),
        ("hola", ["es"], "en", "es"),
        ("ciao", [], "it", "it"),
        ("70", [], "fr", "fr"),
        ("70", ["fr", "it"], "de", "it"),
    ],
)
def test_few_words_are_of_the_language_that_is_spoken_there(
    text: str, spoken: list[str], country: str, language: str
) -> None:
    assert chosen(None, likelihoods(text), spoken, country) == language


def test_what_the_user_fixed_is_spoken_whatever_they_write() -> None:
    assert chosen("pt-PT", likelihoods(REMIND["de"]), ["de"], "de") == "pt-BR"
    assert chosen("sv", likelihoods(REMIND["de"]), ["de"], "de") == "en"


def test_the_models_language_only_breaks_ties() -> None:
    alike = {"es": 0.5, "pt-BR": 0.5}
    assert chosen(None, alike, [], "en", replied="pt-BR") == "pt-BR"
    assert chosen(None, alike, [], "en", replied="es") == "es"
    assert chosen(None, {"es": 0.9, "pt-BR": 0.1}, [], "en", replied="pt-BR") == "es"
    assert chosen(None, {}, ["de"], "de", replied="pt-BR") == "de"


@given(st.text(max_size=2_000))
def test_likelihoods_are_of_ours_and_together_one(text: str) -> None:
    likely = likelihoods(text)
    assert set(likely) <= set(LANGUAGES)
    assert not likely or abs(sum(likely.values()) - 1) < 1e-6
    assert chosen(None, likely, [], "en") in LANGUAGES


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    likelihoods(REMIND["de"])
    began = time.perf_counter()
    for _ in range(20):
        likelihoods("erinnere mich " * 5_000)
    assert (time.perf_counter() - began) / 20 < 0.05
    text = "erinnere mich bitte morgen daran " * 40
    assert likelihoods(text) == likelihoods(text[:LONGEST])
