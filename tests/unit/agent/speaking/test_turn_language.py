"""A turn is in its user's language to its end, and so are what it sets and every replay of it."""

from typing import Any

import pytest

from contracts.conversation import ReplyReady, TurnStarted
from contracts.profile import ProfileLearned
from contracts.reminders import ReminderSet
from contracts.streams import UserId, profile
from contracts.tools import ToolRequested
from taskflow.log.appending import Write
from taskflow.replay.recordings import FileSource
from taskflow.replay.verify import Tally, Verifying, reviews
from tests.support.golden import GOLDEN
from tests.support.golden_house import House, named, says

ADA = UserId(named("ada"))
SOON = ("set_reminder", {"text": "mama anrufen", "in_minutes": 20})
NINE = ("set_reminder", {"text": "mama anrufen", "date": "2026-11-24", "time": "09:00"})
REQUEST = "erinner mich morgen um 9 an mama anrufen"


@pytest.fixture
async def house() -> House:
    house = House()
    await house.offer()
    return house


async def turn(house: House, text: str, *calls: Any, ambiguous: bool = False) -> str:
    """The reply to a message, as the phone has it."""
    await house.hears(ADA, text, zone_ambiguous=ambiguous)
    await house.answers(ADA, *(says(None, call) for call in calls), says("Gut."))
    await house.sends(ADA)
    return facts(house, ReplyReady)[-1].text


def facts(house: House, kind: Any) -> list[Any]:
    return [one.event for one in house.log.all() if isinstance(one.event, kind)]


def languages(house: House) -> list[str]:
    return [one.language for one in facts(house, TurnStarted)]


async def test_what_a_turn_sets_and_tells_is_in_its_language(house: House) -> None:
    reply = await turn(house, "erinner mich in 20 minuten: mama anrufen", SOON)
    assert languages(house) == ["de"]
    assert {one.language for one in facts(house, ToolRequested)} == {"de"}
    assert [one.language for one in facts(house, ReminderSet)] == ["de"]
    assert "✓ Erinnerung: mama anrufen" in reply
    assert "(Berlin)" in reply


async def test_the_question_and_its_yes_are_in_the_language_of_the_turn(house: House) -> None:
    reply = await turn(house, REQUEST, NINE, ambiguous=True)
    assert "Ist es bei dir " in reply
    assert "Antworte **ja** zur Bestätigung" in reply
    assert not facts(house, ReminderSet)
    await turn(house, "Ja, klar!", NINE, ambiguous=True)
    assert len(facts(house, ReminderSet)) == 1
    assert languages(house) == ["de", "de"]


async def test_few_words_stay_in_the_language_of_the_conversation(house: House) -> None:
    await turn(house, "what is the weather like in london today?")
    await turn(house, "ok")
    assert languages(house) == ["en", "en"]
    await turn(house, "danke, und wie wird das wetter morgen in hamburg?")
    assert languages(house)[-1] == "de"


@pytest.mark.parametrize("word", ["rückgängig", "ja", "nö", "passt", "vergiss mich", "Nee!"])
async def test_a_word_of_the_catalogues_is_of_the_language_it_was_found_in(
    house: House, word: str
) -> None:
    await turn(house, "wie wird das wetter morgen in hamburg?")
    await turn(house, word)
    assert languages(house) == ["de", "de"]


async def test_the_first_word_is_of_the_numbers_country(house: House) -> None:
    await turn(house, "hallo")
    assert languages(house) == ["de"]


async def test_a_language_that_the_user_fixed_is_spoken(house: House) -> None:
    await turn(house, "hallo")
    (first,) = [one for one in house.log.all() if isinstance(one.event, TurnStarted)]
    fixed = ProfileLearned(
        kind="language", value="fr", said="français", source=first.event_id, rule="remember"
    )
    await house.log.append([Write(profile(ADA), [fixed], ADA)], named("fixed"))
    await turn(house, "und wie wird das wetter morgen in hamburg?")
    assert languages(house) == ["de", "fr"]


async def test_a_replay_hears_no_language_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.agent.speaking.turn_language.likelihoods", lambda _: {"ko": 1.0})
    source = FileSource.of(GOLDEN / "0.3.0" / "everything.jsonl")
    verifying = Verifying(source, reviews(), None)
    assert [one async for one in verifying.run(Tally())] == []


async def test_what_a_button_says_is_in_nobodys_language(house: House) -> None:
    await turn(house, "erinner mich in 20 minuten: mama anrufen", SOON)
    assert languages(house)[-1] == "de"
    for label in ("Yes, please, and thank you", "はい"):
        await house.hears(ADA, label, kind="button", pressed="words-1")
        await house.answers(ADA, says("Gut."))
        assert languages(house)[-1] == "de"
