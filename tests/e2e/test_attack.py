"""One attacker sends the worst of each kind; nobody else waits for it."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable, Generator
from pathlib import Path

import asyncpg
import pytest

from tests.support.attacker import NUMBER, Attacker, hostile_pages
from tests.support.servers import nats_server, postgres_server
from tests.support.stack import SERVICES, Stack, wait_until

pytestmark = pytest.mark.e2e

ROUNDS = 3
EACH = 12
"""In all so many that a p95 lies between two of them, and is not drawn on beyond the last."""
MOST = 1.5
"""Times the p95 without the attacker, in the same run."""
_fresh = itertools.count()
"""An address asked for again is answered from memory."""


@pytest.fixture
def attacker(tmp_path: Path) -> Generator[Attacker]:
    with postgres_server() as postgres, nats_server() as bus, hostile_pages() as pages:
        stack = Stack(tmp_path, postgres, bus)
        stack.env["TASKFLOW_EGRESS_ALLOW"] += f",{pages}"
        try:
            stack.prepare()
            stack.start("simulators", *SERVICES)
            with Attacker(stack, pages) as one:
                yield one
        finally:
            stack.stop()


# The attacker's is the conversation with the most messages. Summaries are the model's answers too.
_RECORDED = """
select count(*) from events
 where type in ('model.answered', 'history.summarized')
   and stream = (select stream from events where type = 'message.received'
                  group by stream order by count(*) desc limit 1)
"""


def turn(stack: Stack, user: str) -> None:
    stack.script(user, {"text": "Hello."})
    stack.say(user, "hi")


def price_check(stack: Stack, user: str) -> None:
    url = f"{stack.sim}/shop/p/trail-shoe?n={next(_fresh)}"
    call = {"name": "check_price", "args": {"url": url}}
    stack.script(user, {"calls": [call]}, {"text": "That is what it costs."})
    stack.say(user, f"what does this cost? {url}")


def seconds(stack: Stack, user: str, ask: Callable[[Stack, str], None]) -> float:
    before = len(stack.replies(user))
    began = time.monotonic()
    ask(stack, user)
    stack.await_replies(user, before + 1, seconds=120)
    return time.monotonic() - began


def p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


@pytest.mark.alone
def test_nobody_waits_for_an_attacker(attacker: Attacker) -> None:
    stack = attacker.stack
    calm: dict[str, list[float]] = {"turn": [], "price": []}
    attacked: dict[str, list[float]] = {"turn": [], "price": []}
    asks = {"turn": turn, "price": price_check}
    for number in range(ROUNDS):
        for kind, ask in asks.items():
            user = f"+1555100{number:02}{kind == 'price':02}"
            seconds(stack, user, ask)
            calm[kind] += [seconds(stack, user, ask) for _ in range(EACH)]
            with attacker.attacking():
                attacked[kind] += [seconds(stack, user, ask) for _ in range(EACH)]

    ratios = {kind: p95(attacked[kind]) / p95(calm[kind]) for kind in asks}
    assert attacker.sent > ROUNDS
    assert {kind: ratio for kind, ratio in ratios.items() if ratio > MOST} == {}, (calm, attacked)
    wait_until(
        lambda: len(stack.model_calls(NUMBER)) <= asyncio.run(recorded(stack)),
        120,
        lambda: f"{len(stack.model_calls(NUMBER))} paid, {asyncio.run(recorded(stack))} recorded",
    )


async def recorded(stack: Stack) -> int:
    """Answers of the model in the attacker's conversation: each was paid for once."""
    log = await asyncpg.connect(stack.postgres.dsn)
    try:
        return await log.fetchval(_RECORDED)
    finally:
        await log.close()
