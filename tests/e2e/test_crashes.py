"""Services die at the worst moments; nothing is lost, doubled or paid for twice."""

import itertools
import time
from typing import Any

import pytest

from taskflow.embedded.ports import free_port
from taskflow.health import heartbeats
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e

_numbers = itertools.count(15552000001)


@pytest.fixture
def user() -> str:
    return f"+{next(_numbers)}"


def test_an_agent_killed_mid_turn_resumes_without_asking_again(stack: Stack, user: str) -> None:
    call = {"name": "search_web", "args": {"query": "capital of France"}}
    stack.script(user, {"calls": [call]}, {"text": "Paris.", "delay_ms": 1500})
    stack.say(user, "what is the capital of France")
    wait_until(lambda: len(stack.model_calls(user)) == 2, 20)
    stack.kill("agent")
    stack.script(user, {"text": "Paris, again."})
    stack.start("agent")

    # The first answer was recorded and is not asked for again; the second was not, and is.
    assert stack.await_replies(user, 1, seconds=60) in (["Paris."], ["Paris, again."])
    assert len(stack.model_calls(user)) == 3
    assert len(stack.accepted(user)) == 1


def test_a_gateway_killed_after_twilio_accepted_sends_no_second_message(
    stack: Stack, user: str
) -> None:
    stack.script(user, {"text": "Only once."})
    # Twilio accepts, and holds its answer back for longer than the gateway lives.
    stack.fault("twilio", delay_ms=4000, after_accept=True, count=1)
    stack.say(user, "hello")
    wait_until(lambda: len(stack.accepted(user)) == 1, 20)
    stack.kill("gateway")
    stack.start("gateway")
    stack.script(user, {"text": "Next."})
    stack.say(user, "and then")

    assert stack.await_replies(user, 2, seconds=60) == ["Only once.", "Next."]
    assert len(stack.accepted(user)) == 2


def test_a_500_after_accepting_sends_no_second_message(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Only once."}, {"text": "Next."})
    stack.fault("twilio", status=500, after_accept=True, count=1)
    stack.say(user, "hello")
    stack.await_replies(user, 1)
    stack.say(user, "and then")

    assert stack.await_replies(user, 2, seconds=60) == ["Only once.", "Next."]
    assert len(stack.accepted(user)) == 2


def test_while_nats_is_down_messages_are_taken_and_answered_later(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Late, but here."})
    stack.bus.stop()
    try:
        assert stack.say(user, "hello")["webhook_status"] == 200
    finally:
        stack.bus.start()

    assert stack.await_replies(user, 1, seconds=60) == ["Late, but here."]


def test_while_postgresql_is_down_the_webhook_says_503_in_time(stack: Stack, user: str) -> None:
    stack.postgres.stop()
    try:
        began = time.monotonic()
        said = stack.say(user, "hello")
        took = time.monotonic() - began
    finally:
        stack.postgres.start()

    assert said["webhook_status"] == 503
    assert took < 5.5
    # What was refused stays at Twilio, and is found there.
    assert stack.await_replies(user, 1, seconds=180)


@pytest.mark.long
def test_two_replicas_keep_order_and_fire_once(stack: Stack) -> None:
    stack.start("agent#2", "scheduler#2")
    users = [f"+{next(_numbers)}" for _ in range(6)]
    for user in users:
        stack.script(user, *[{"text": f"Answer {n}."} for n in range(3)])
    for n in range(3):
        for user in users:
            stack.say(user, f"question {n} of {user}")
        for user in users:
            stack.await_replies(user, n + 1, seconds=60)
    for user in users:
        stack.say(user, "remind me in 2 seconds to breathe")

    for user in users:
        replies = stack.await_replies(user, 5, seconds=120)
        assert replies[:3] == [f"Answer {n}." for n in range(3)]
        assert [m["body"] for m in stack.accepted(user)].count("⏰ breathe") == 1
    stack.kill("agent#2")
    stack.kill("scheduler#2")


def test_whoever_is_killed_is_told_on_the_page_within_ten_seconds(stack: Stack) -> None:
    """All four at once; another gateway shows it."""
    port = free_port()
    other = f"http://127.0.0.1:{port}"
    inner = free_port()
    stack.start(
        "gateway#2",
        TASKFLOW_GATEWAY_PORT=str(port),
        TASKFLOW_GATEWAY_INNER_PORT=str(inner),
    )

    def services() -> dict[str, dict[str, Any]]:
        return stack.get(f"{other}/health")["services"]

    wait_until(lambda: services()["gateway"]["instances"] == 2, 60)
    lost = services()["gateway"]["lost"]
    for service in SERVICES:
        stack.kill(service)

    def told() -> bool:
        found = services()
        dead = ("agent", "tools", "scheduler")
        return not any(found[name]["ok"] for name in dead) and found["gateway"]["lost"] == lost + 1

    # The page takes its moments from PostgreSQL: whoever is away so long is told, however slow this
    # machine is to ask.
    assert heartbeats.AWAY_SECONDS + heartbeats.EVERY_SECONDS < 10
    wait_until(told, 60, lambda: stack.text(f"{other}/"))
    page = stack.text(f"{other}/")
    headline, *parts = page.split('class="part">')
    assert "nobody has been seen for" in headline
    for service in SERVICES:
        (said,) = (part for part in parts if part.startswith(f"{service}<"))
        words = "more ended without a word" if service == "gateway" else "nobody has been seen for"
        assert words in said
    assert stack.get(f"{other}/health")["status"] == "degraded"
    assert len(stack.get(f"http://127.0.0.1:{inner}/metrics/targets")) == 1

    stack.start(*SERVICES)
    stack.kill("gateway#2")
    wait_until(lambda: stack.get(f"{stack.gateway}/health")["status"] == "ok", 60)
