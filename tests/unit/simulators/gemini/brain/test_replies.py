"""What is said of the tools' answers: what they confirm, and nothing else."""

import pytest

from simulators.gemini.brain.planner import decide
from simulators.gemini.brain.replies.reminders import repetition
from tests.unit.simulators.gemini.requests import with_results


def said(message: str, tool: str, response: dict[str, object]) -> str:
    decision = decide(with_results(message, (tool, {}, response)))
    assert decision.calls == ()
    return decision.text or ""


def test_a_ready_summary_is_used_with_markdowns_bold() -> None:
    summary = "*Berlin → Lisbon*, Fri 04 Dec\n1. *€156* Ryanair"

    told = said(
        "flights BER-LIS tomorrow",
        "search_flights",
        {"result": {"summary": summary, "flights": [{"price": 156}]}},
    )

    assert told == ("Here is what I found:\n\n**Berlin → Lisbon**, Fri 04 Dec\n1. **€156** Ryanair")


def test_flights_without_a_summary_are_listed() -> None:
    flights = [{"price": 156, "airlines": ["Ryanair"], "departs": {"time": "13:25"}}]

    told = said("flights BER-LIS tomorrow", "search_flights", {"result": {"flights": flights}})

    assert "1. **156**, Ryanair, 13:25" in told


def test_no_flights_is_said() -> None:
    told = said("flights BER-LIS tomorrow", "search_flights", {"result": {"flights": []}})

    assert told == "I found no flights for that."


def test_a_set_reminder_is_told_with_the_stored_time_and_zone() -> None:
    result = {
        "set": True,
        "text": "stretch",
        "first": "Monday 23 November 2026, 09:16:20 (Europe/Berlin)",
        "zone": "Europe/Berlin",
        "zone_was_guessed_from_number": True,
    }

    told = said("remind me in 1 minute to stretch", "set_reminder", {"result": result})

    assert "Monday 23 November 2026, 09:16:20 (Europe/Berlin)" in told
    assert "**stretch**" in told
    assert "from your number's country" in told


def test_a_result_that_confirms_nothing_is_not_called_done() -> None:
    told = said("remind me in 1 minute to stretch", "set_reminder", {"result": {"set": False}})

    assert "Done" not in told
    assert "set: false" in told


def test_a_failure_is_admitted_without_the_words_meant_for_the_model() -> None:
    error = "2026-11-22T17:00 is past: it is 2026-11-23 now. Ask for a time that lies ahead."

    told = said("remind me yesterday at 5 to rest", "set_reminder", {"error": error})

    assert told == (
        "I could not set that reminder: 2026-11-22T17:00 is past: it is 2026-11-23 now."
    )


def test_an_unclear_cancellation_asks_which() -> None:
    error = "Several fit 'call'. There are: 1: call mom; 2: call dad. Ask which is meant."

    told = said("cancel the call reminder", "cancel_reminder", {"error": error})

    assert "1: call mom; 2: call dad" in told
    assert told.endswith("Which reminder should I cancel? Its number or some of its words will do.")


def test_reminders_are_listed_with_numbers_and_times() -> None:
    reminders = [
        {"number": 1, "text": "stretch", "next": "2026-11-24T08:30", "repeats": "FREQ=DAILY"},
        {"number": 2, "text": "call mom", "next": "Friday", "repeats": None},
    ]

    told = said("my reminders", "list_reminders", {"result": {"reminders": reminders}})

    assert told.splitlines() == [
        "Your reminders:",
        "1. **stretch**, Tuesday 24 November 2026, 08:30, every day",
        "2. **call mom**, Friday",
    ]


def test_an_empty_list_is_said() -> None:
    told = said("my reminders", "list_reminders", {"result": {"reminders": []}})

    assert told == "You have no reminders."


def test_a_cancelled_reminder_is_named() -> None:
    result = {"cancelled": {"number": 1, "text": "stretch"}}

    assert "Cancelled: **stretch**" in said("cancel 1", "cancel_reminder", {"result": result})


def test_the_web_is_quoted_with_its_source() -> None:
    result = {
        "answer": {"text": "Paris", "link": "https://atlas.example.org/france"},
        "pages": [{"title": "Paris", "link": "https://web2.example.org/paris"}],
    }

    told = said("capital of France?", "search_web", {"result": result})

    assert told.splitlines() == [
        "**Paris**",
        "Source: [atlas.example.org](https://atlas.example.org/france)",
    ]


def test_without_an_answer_pages_are_linked() -> None:
    page = {"title": "Paris", "link": "https://web2.example.org/paris", "snippet": "A city."}

    told = said("pizza in Paris?", "search_web", {"result": {"pages": [page]}})

    assert told.splitlines()[1] == "- [Paris](https://web2.example.org/paris): A city."


def test_an_empty_web_is_said() -> None:
    told = said("what is qwrt?", "search_web", {"result": {"pages": []}})

    assert told == "The web search found nothing for that."


def test_an_unknown_tools_facts_are_told_plainly() -> None:
    told = said("convert it", "convert_money", {"result": {"amount_eur": 12}})

    assert told == "- amount eur: 12"


def test_each_request_of_a_burst_is_answered_and_the_missing_is_asked() -> None:
    asked = with_results(
        "find me a flight to Lisbon next Friday\nremind me in 1 minute to stretch",
        ("set_reminder", {"text": "stretch"}, {"result": {"text": "stretch", "first": "soon"}}),
    )

    told = decide(asked).text or ""

    assert "I will remind you on soon: **stretch**" in told
    assert told.endswith("Where would you like to fly from?")


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every Monday and Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "on Friday every 2 weeks"),
        ("RRULE:FREQ=DAILY", "every day"),
        ("FREQ=HOURLY;INTERVAL=2", "every 2 hours"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "every month on day 1"),
        ("something", "repeating by something"),
    ],
)
def test_a_rule_is_put_in_words(rrule: str, words: str) -> None:
    assert repetition(rrule) == words
