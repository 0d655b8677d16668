"""What people write in other languages is understood, and answered in them."""

from typing import Any

import pytest

from simulators.gemini.answers import Decision
from simulators.gemini.tongues.interpreter import TONGUES, decide, hear
from tests.unit.simulators.gemini.requests import (
    about,
    answered,
    called,
    model,
    request,
    user,
    with_results,
)

SHOE = "http://127.0.0.1:8100/shop/p/trail-shoe?v=2"
TOMORROW_AT_NINE = {
    "de": ("erinnere mich morgen um 9 daran, Mama anzurufen", "Mama anzurufen"),
    "es": ("recuérdame mañana a las 9 llamar a mamá", "llamar a mamá"),
    "pt-BR": ("me lembre amanhã às 9 de ligar para a mãe", "ligar para a mãe"),
    "hi": ("मुझे कल सुबह 9 बजे माँ को फोन करने की याद दिलाना", "माँ को फोन"),
    "ar": ("ذكرني غدا في الساعة 9 صباحا بالاتصال بأمي", "بالاتصال بأمي"),
    "ja": ("明日の朝9時に母に電話するようにリマインドして", "母に電話"),
}
IN_TWO_MINUTES = {
    "de": "Erinner mich bitte in 2 Minuten an die Pizza",
    "es": "recuerdame en 2 minutos sacar la pizza",
    "pt-BR": "lembra-me em 2 minutos da pizza",
    "hi": "2 मिनट में पिज़्ज़ा की याद दिलाओ",
    "ar": "ذكرني بعد ٢ دقائق بالبيتزا",
    "ja": "2分後にピザをリマインドして",
}
CHEAPER = {
    "de": "ist das billiger als 80 Euro?",
    "es": "¿es más barato que 80 euros?",
    "pt-BR": "é mais barato que 80 euros?",
    "hi": "क्या यह 80 € से सस्ता है?",
    "ar": "هل هذا أرخص من 80 €؟",
    "ja": "これは80ユーロより安いですか？",
}
BELOW_70 = {
    "de": "sag mir Bescheid, wenn es unter 70 fällt",
    "es": "avísame cuando baje de 70",
    "pt-BR": "me avise quando ficar abaixo de 70",
    "hi": "जब यह 70 से नीचे जाए तो बताना",
    "ar": "أخبرني عندما ينخفض السعر عن 70",
    "ja": "70ユーロを下回ったら教えて",
}
FLIGHTS = {
    "de": ("Flüge von Berlin nach Lissabon am Freitag", "Berlin", "Lissabon"),
    "es": ("vuelos de Madrid a Lisboa el viernes", "Madrid", "Lisboa"),
    "pt-BR": ("voos de São Paulo para Lisboa na sexta", "São Paulo", "Lisboa"),
    "hi": ("बर्लिन से लिस्बन की फ्लाइट शुक्रवार को", "बर्लिन", "लिस्बन"),
    "ar": ("رحلات من برلين إلى لشبونة يوم الجمعة", "برلين", "لشبونة"),
    "ja": ("ベルリンからリスボンへのフライトを金曜日に", "ベルリン", "リスボン"),
}
ONE_FLIGHT = {
    "de": ("Such mir einen Flug von Berlin nach Lissabon am Freitag", "Berlin", "Lissabon"),
    "es": ("busca un vuelo de Madrid a Lisboa el viernes por favor", "Madrid", "Lisboa"),
    "pt-BR": ("quero um voo de São Paulo para Lisboa na sexta", "São Paulo", "Lisboa"),
    "hi": ("शुक्रवार को बर्लिन से लिस्बन की उड़ान खोजो", "बर्लिन", "लिस्बन"),
    "ar": ("ابحث عن رحلة من برلين إلى لشبونة يوم الجمعة", "برلين", "لشبونة"),
    "ja": ("金曜日にベルリンからリスボンへのフライトを探して", "ベルリン", "リスボン"),
}
PRICED = {"outcome": "priced", "price": "79.90", "currency": "EUR", "title": "Trail shoe"}
CODES = [tongue.code for tongue in TONGUES]


def the_call(decision: Decision) -> tuple[str, dict[str, Any]]:
    [call] = decision.calls
    return call.name, dict(call.args)


@pytest.mark.parametrize("code", CODES)
def test_a_reminder_is_set_with_the_persons_own_words(code: str) -> None:
    said, errand = TOMORROW_AT_NINE[code]
    name, args = the_call(decide(request(user(said))))
    assert (name, args["text"], args["at"]) == ("set_reminder", errand, "2026-11-24T09:00")


@pytest.mark.parametrize("code", CODES)
def test_minutes_from_now_are_read_in_their_own_digits(code: str) -> None:
    name, args = the_call(decide(request(user(IN_TWO_MINUTES[code]))))
    assert (name, args["at"]) == ("set_reminder", "2026-11-23T09:17:20")


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_read_and_its_price_compared(code: str) -> None:
    said = f"{CHEAPER[code]} {SHOE}"
    assert the_call(decide(request(user(said)))) == ("check_price", {"url": SHOE})
    read = decide(with_results(said, ("check_price", {"url": SHOE}, {"result": PRICED})))
    [tongue] = [one for one in TONGUES if one.code == code]
    told = read.text or ""
    assert told.startswith(tongue.templates["yes"])
    assert "79.90" in told


@pytest.mark.parametrize("code", CODES)
def test_it_is_the_page_of_before(code: str) -> None:
    contents = [
        user(f"{CHEAPER[code]} {SHOE}"),
        called("check_price", url=SHOE),
        answered("check_price", result=PRICED),
        model("…"),
        user(BELOW_70[code]),
    ]
    assert the_call(decide(request(*contents))) == ("watch_price", {"url": SHOE, "below": 70})


@pytest.mark.parametrize("flights", [FLIGHTS, ONE_FLIGHT], ids=["bare", "asked for"])
@pytest.mark.parametrize("code", CODES)
def test_flights_are_found_between_places_as_they_are_called_there(
    flights: dict[str, tuple[str, str, str]], code: str
) -> None:
    said, origin, destination = flights[code]
    name, args = the_call(decide(request(user(said))))
    assert (name, args["origin"], args["destination"]) == ("search_flights", origin, destination)
    assert args["departure_date"] == "2026-11-27"


@pytest.mark.parametrize(
    ("said", "asked"),
    [("hallo", "de"), ("hola", "es"), ("olá", "pt-BR"), ("नमस्ते", "hi"), ("مرحبا", "ar"),
     ("こんにちは", "ja")],
)  # fmt: skip
def test_a_greeting_is_returned_in_its_language(said: str, asked: str) -> None:
    [tongue] = [one for one in TONGUES if one.code == asked]
    assert decide(request(user(said))).text == tongue.templates["greeting"]


def test_a_question_and_its_answer_stay_in_the_language() -> None:
    first = user("erinnere mich daran, Mama anzurufen")
    asked = decide(request(first)).text
    assert asked == "Wann soll ich dich erinnern?"
    name, args = the_call(decide(request(first, model(asked or ""), user("morgen um 9"))))
    assert (name, args["text"]) == ("set_reminder", "Mama anzurufen")


def test_what_a_call_quotes_is_what_they_wrote() -> None:
    schema = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "at": {"type": "string"},
            "said": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["text", "at"],
    }
    said, _ = TOMORROW_AT_NINE["ar"]
    heard = hear(request(user(said), tools={"set_reminder": schema}))
    assert heard is not None
    assert list(heard.originals.values()) == [said]


def test_what_is_known_is_told_in_the_language() -> None:
    opening = about("name: Ada", "home: Lisboa")
    told = decide(request(user(opening, "¿qué sabes de mí?"))).text or ""
    assert told.startswith("Esto es lo que me has contado:")
    assert "Lisboa" in told


def test_a_link_alone_is_answered_in_the_language_of_before() -> None:
    heard = hear(request(user("hola"), model("¡Hola!"), user(SHOE)))
    assert heard is not None
    assert heard.tongue.code == "es"


def test_english_is_left_to_the_brain() -> None:
    assert (
        hear(request(user("hola"), model("¡Hola!"), user("remind me tomorrow at 9 to run"))) is None
    )
    assert hear(request(user("I live in Lisbon, call me Ada"))) is None


@pytest.mark.parametrize("tongue", TONGUES, ids=CODES)
def test_every_language_has_the_same_sentences(tongue: Any) -> None:
    assert tongue.said.keys() == TONGUES[0].said.keys()
    assert tongue.templates.keys() == TONGUES[0].templates.keys()
