"""A reminder for somebody who has been silent for a day: by template, or when they write."""

import asyncio
import itertools
from collections.abc import Generator

import asyncpg
import pytest

from tests.support.house import running
from tests.support.stack import Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(15553000001)
BY_TEMPLATE = "You asked me to remind you of this:\n⏰ call the dentist\nWrite back"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
        assert stack.refused() == []


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def with_templates(stack: Stack, **env: str) -> None:
    """The gateway has handed them in, and knows that they are approved."""
    stack.post(f"{stack.sim}/_sim/twilio/review", {"delay_ms": 0})
    stack.kill("gateway")
    stack.start("gateway", TASKFLOW_TEMPLATES_SYNC="true", TASKFLOW_TEMPLATES_SECONDS="0.5", **env)


def silent_since_a_reminder(stack: Stack, user: str, seconds: int = 6) -> None:
    stack.say(user, f"remind me in {seconds} seconds to call the dentist")
    stack.await_replies(user, 1)
    stack.post(f"{stack.sim}/_sim/phone/window/close", {"user": user})


def held(stack: Stack) -> int:
    """How many holds the log has."""

    async def counted() -> int:
        log = await asyncpg.connect(stack.postgres.dsn)
        try:
            return await log.fetchval("select count(*) from events where type = 'reply.held'")
        finally:
            await log.close()

    return asyncio.run(counted())


def arrived(stack: Stack, user: str) -> list[str]:
    """What the phone shows, after the answer that set the reminder."""
    told = [one for one in stack.chat(user) if one["direction"] == "outbound"]
    return [one["body"] for one in told if one["status"] in {"delivered", "read"}][1:]


def test_without_a_template_it_is_held_and_said_when_they_write(stack: Stack, user: str) -> None:
    silent_since_a_reminder(stack, user)
    wait_until(lambda: len(stack.accepted(user)) == 2, 60)
    stack.say(user, "hello again")
    wait_until(lambda: len(arrived(stack, user)) == 2, 60)

    assert arrived(stack, user)[0] == "⏰ call the dentist"


def test_two_that_were_held_come_in_one_message(stack: Stack, user: str) -> None:
    stack.say(user, "remind me in 5 seconds to water the plants")
    stack.await_replies(user, 1)
    stack.say(user, "remind me in 7 seconds to feed the cat")
    stack.await_replies(user, 2)
    before = held(stack)
    stack.post(f"{stack.sim}/_sim/phone/window/close", {"user": user})
    wait_until(lambda: held(stack) == before + 2, 60)
    stack.say(user, "hello again")
    wait_until(lambda: len(arrived(stack, user)) == 3, 60)

    assert arrived(stack, user)[1].split("\n\n") == ["⏰ water the plants", "⏰ feed the cat"]


def test_with_templates_it_comes_by_one_and_the_answer_to_it_is_answered(
    stack: Stack, user: str
) -> None:
    with_templates(stack)
    silent_since_a_reminder(stack, user)
    wait_until(lambda: len(arrived(stack, user)) == 1, 60)
    assert arrived(stack, user)[0].startswith(BY_TEMPLATE)

    stack.say(user, "thanks, find me a flight from Berlin to Lisbon on Friday")
    wait_until(lambda: len(arrived(stack, user)) == 2, 60)
    assert "LIS" in arrived(stack, user)[1]


@pytest.mark.long
@pytest.mark.parametrize("post", [2, 3], ids=["free-form", "template"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_gateway_that_dies_on_the_way_says_it_once(
    stack: Stack, user: str, moment: str, post: int
) -> None:
    """Its first POST is the answer, its second WhatsApp refuses, its third is the template."""
    with_templates(stack, TASKFLOW_FAILPOINTS=f"send.post.{moment}=kill@{post}")
    silent_since_a_reminder(stack, user)
    wait_until(lambda: not stack.processes["gateway"].is_alive(), 60)
    stack.processes.pop("gateway")
    stack.start("gateway", TASKFLOW_UNKNOWN_SECONDS="20")
    wait_until(lambda: len(arrived(stack, user)) == 1, 90)
    stack.say(user, "what is the capital of France")
    wait_until(lambda: len(arrived(stack, user)) == 2, 60)

    told = arrived(stack, user)
    assert [one.startswith(BY_TEMPLATE) for one in told] == [True, False]


def test_a_templates_button_has_its_reminder_said_again(stack: Stack, user: str) -> None:
    """It stands for no event: its message is quoted, which names the reply and so the reminder."""
    with_templates(stack)
    silent_since_a_reminder(stack, user)
    wait_until(lambda: len(arrived(stack, user)) == 1, 60)
    reminder = stack.chat(user)[-1]
    assert [one["title"] for one in reminder["buttons"]] == ["Done", "Snooze 1 h", "Tomorrow"]

    stack.post(f"{stack.sim}/phone/pressed", {"sid": reminder["sid"], "title": "Snooze 1 h"})
    wait_until(lambda: len(arrived(stack, user)) == 2, 60)
    assert arrived(stack, user)[1].startswith("✓ Reminder: call the dentist")
