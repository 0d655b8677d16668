"""A person writes; the whole stack answers."""

import asyncio
import itertools
from collections import Counter

import pytest

from taskflow.cli.operator import reader
from taskflow.telemetry.metrics import CATALOGUE
from taskflow.time_travel import gathering, why
from tests.support.metering import series
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(15551000001)


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def test_small_talk_is_answered(stack: Stack, user: str) -> None:
    said = stack.say(user, "hi", profile_name="Ada")

    assert said["webhook_status"] == 200
    assert stack.await_replies(user, 1)[0]


def test_a_flight_is_found_with_prices_and_times(stack: Stack, user: str) -> None:
    stack.say(user, "find me a flight from Berlin to Lisbon next Friday")

    reply = stack.await_replies(user, 1)[0]
    assert "BER" in reply
    assert "LIS" in reply
    assert "€" in reply


def test_a_guessed_zone_is_asked_about_before_the_first_reminder_and_never_again(
    stack: Stack, user: str
) -> None:
    stack.say(user, "remind me tomorrow at 9 to call mom")
    asked = stack.await_replies(user, 1)[-1]
    assert "where you are (New York)?" in asked
    assert "Reply *yes* to confirm" in asked
    assert "✓" not in asked
    stack.say(user, "yes")
    told = stack.await_replies(user, 2)[-1]
    assert "✓ Noted: zone: America/New_York" in told
    assert "09:00 (America/New_York)" in told
    stack.say(user, "remind me tomorrow at 10 to buy milk")
    told = stack.await_replies(user, 3)[-1]
    assert "✓ Reminder: buy milk" in told
    assert "where you are" not in told


@pytest.mark.parametrize("answer", ["Denver", "no, I'm in Denver"])
def test_a_place_that_is_told_instead_of_the_guess_is_taken(
    stack: Stack, user: str, answer: str
) -> None:
    stack.say(user, "remind me tomorrow at 9 to call mom")
    assert "where you are" in stack.await_replies(user, 1)[-1]
    stack.say(user, answer)
    told = stack.await_replies(user, 2)[-1]
    assert "✓ Noted: zone: America/Denver" in told
    assert "09:00 (America/Denver)" in told


def test_a_number_that_tells_its_zone_is_asked_nothing(stack: Stack) -> None:
    stack.say("+491713920091", "remind me tomorrow at 9 to call mom")
    told = stack.await_replies("+491713920091", 1)[-1]
    assert "09:00 (Europe/Berlin)" in told
    assert "where you are" not in told


def test_a_reminder_is_set_said_and_fires_once(stack: Stack, user: str) -> None:
    # One that has passed by the time it is checked is set for the next minute.
    stack.say(user, "remind me in 5 seconds to stretch")

    replies = stack.await_replies(user, 2, seconds=120)
    assert "stretch" in replies[0]
    assert "⏰" in replies[1]
    assert "stretch" in replies[1]
    assert [m["body"] for m in stack.accepted(user)].count(replies[1]) == 1


@pytest.mark.long
def test_a_reminder_that_falls_due_while_its_user_is_answered_follows_the_answer(
    stack: Stack, user: str
) -> None:
    stack.say(user, "remind me in 6 seconds to stretch")
    stack.await_replies(user, 1)
    stack.script(user, {"text": "The answer.", "delay_ms": 9_000})
    stack.say(user, "a question that takes its time")

    _, answer, reminder = stack.await_replies(user, 3)
    assert answer == "The answer."
    assert reminder.startswith("⏰ stretch")


def test_a_burst_of_three_messages_gets_one_answer(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "One answer for all of it."})
    for body in ("hello", "are you there", "I wanted to ask"):
        stack.say(user, body)

    assert stack.await_replies(user, 1) == ["One answer for all of it."]
    assert len(stack.model_calls(user)) == 1


def test_a_message_during_an_open_turn_is_answered_after_it(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "First.", "delay_ms": 2500}, {"text": "Second."})
    stack.say(user, "a first question")
    wait_until(lambda: len(stack.model_calls(user)) == 1, 15)
    stack.say(user, "a second question")

    assert stack.await_replies(user, 2) == ["First.", "Second."]


def test_fifty_identical_webhooks_at_once_give_one_reply(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Once."}, {"text": "Twice!"})
    stack.say(user, "hello", repeat=50)

    assert stack.await_replies(user, 1) == ["Once."]
    stack.say(user, "and now")
    assert stack.await_replies(user, 2) == ["Once.", "Twice!"]


def test_a_long_answer_comes_in_numbered_parts_in_order(stack: Stack, user: str) -> None:
    paragraphs = "\n\n".join(f"Paragraph {n}. " + "word " * 60 for n in range(12))
    stack.script(user, {"text": paragraphs})
    stack.say(user, "tell me everything")

    replies = stack.await_replies(user, 3)
    count = len(replies)
    assert [reply.split("\n")[0] for reply in replies] == [
        f"({n}/{count})" for n in range(1, count + 1)
    ]
    assert all(len(reply) <= 1600 for reply in replies)


def test_a_dead_model_ends_in_an_honest_apology(stack: Stack, user: str) -> None:
    stack.script(user, *[{"status": 503}] * 3)
    stack.say(user, "hello")

    assert stack.await_replies(user, 1)[0].startswith("I could not do that:")


def test_stop_ends_the_open_turn(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Too late.", "delay_ms": 4000}, {"text": "Stopped."})
    stack.say(user, "do something long")
    wait_until(lambda: len(stack.model_calls(user)) == 1, 15)
    stack.say(user, "stop that")

    assert stack.await_replies(user, 1) == ["Stopped."]


def test_the_first_reply_says_who_we_are_and_no_other_does(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Hallo!"}, {"text": "Gern."})
    stack.say(user, "Guten Morgen, kannst du mir bitte helfen?")
    stack.await_replies(user, 1)
    stack.say(user, "Danke schön, das war alles für heute")
    stack.await_replies(user, 2)

    first, second = [one["body"] for one in stack.chat(user) if one["direction"] != "inbound"]
    assert first.startswith("Hallo!\n\nIch bin TaskFlow")
    assert "*STOP*" in first
    assert second == "Gern."


def test_a_stop_ends_the_open_turn_and_start_answers_what_was_written_since(
    stack: Stack, user: str
) -> None:
    stack.script(user, {"text": "Too late.", "delay_ms": 4000}, {"text": "Here it is."})
    stack.say(user, "do something long")
    wait_until(lambda: len(stack.model_calls(user)) == 1, 15)
    stack.say(user, "STOP")
    (stopped,) = stack.await_replies(user, 1)
    assert "START" in stopped
    stack.say(user, "what is the tallest building?")
    _, waits = stack.await_replies(user, 2)
    assert "START" in waits

    stack.say(user, "start")
    *_, resumed, answer = stack.await_replies(user, 4)
    assert ("STOP" in resumed, answer) == (True, "Here it is.")
    assert len(stack.model_calls(user)) == 2


def test_every_reply_of_all_this_traces_back_to_its_webhook(
    stack: Stack, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.script(user, *[{"status": 503}] * 3)
    stack.say(user, "hello")
    stack.await_replies(user, 1)
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)

    found = asyncio.run(_explained())
    assert {one.reply.event.kind for one in found} >= {"answer", "apology"}
    assert [one.reply.event_id for one in found if not one.traces_back()] == []
    assert {one.origin for one in found} == {"webhook"}


NOT_HERE = {
    "taskflow_nats_syncs_always": "asks NATS_MONITOR_URL, and there is none",
    "taskflow_nats_store_used": "asks NATS_MONITOR_URL, and there is none",
    "taskflow_certificate_expires_seconds": "PUBLIC_URL is http",
    "taskflow_model_unpriced_total": "every model has its price",
}
SOMETIMES = {"taskflow_event_loop_held_total"}
"""Told by a process whose loop was held: it names the function."""


def test_every_metric_is_told_and_counts_what_the_log_has(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)

    def told() -> Counter[str]:
        """Sums over all instances."""
        sums = Counter[str]()
        for one in stack.get(f"{stack.gateway_inner}/metrics/targets"):
            for name, values in series(stack.text(f"http://{one['targets'][0]}/metrics")).items():
                sums[name] += sum(values.values())
        return sums

    def lacking() -> set[str]:
        names = {
            one.prometheus + ("_count" if one.kind == "histogram" else "") for one in CATALOGUE
        }
        return names - set(told()) - set(NOT_HERE) - SOMETIMES

    wait_until(lambda: not lacking(), 20, lambda: f"nobody tells {lacking()}")
    assert not set(NOT_HERE) & set(told())

    def counted() -> bool:
        types, sums = asyncio.run(_types()), told()
        return all(
            sums[f"taskflow_{name}"] == types[type_]
            for name, type_ in (
                ("messages_total", "message.received"),
                ("tool_duration_seconds_count", "tool.finished"),
                ("reminders_fired_total", "reminder.fired"),
            )
        )

    wait_until(counted, 20, lambda: f"{asyncio.run(_types())} but {told()}")


async def _types() -> Counter[str]:
    async with reader() as me:
        return Counter([message.type async for message in me.log.follow_all()])


async def _explained() -> list[why.Explanation]:
    found: list[why.Explanation] = []
    async with reader() as me:
        async for message in me.log.follow_all():
            if message.type == "reply.ready":
                behind = await gathering.behind(me.log, message.recorded())
                found.append(why.explain(message.event_id, behind))
    return found
