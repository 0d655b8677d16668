"""A server is asked once at a time, however many want to know."""

import asyncio

from taskflow.health import reading
from taskflow.health.facts import Dependency
from taskflow.health.reading import _Asked

FINE = Dependency(ok=True)


async def test_whoever_asks_as_an_answer_comes_takes_it_from_nobody() -> None:
    release, asked_again = asyncio.Event(), list[asyncio.Task[Dependency]]()
    questions = 0

    async def question() -> Dependency:
        nonlocal questions
        questions += 1
        if questions == 1:
            await release.wait()
            # The next one comes in the very moment between the answer and who waits for it.
            asyncio.get_running_loop().call_soon(ask_again)
        else:
            await asyncio.sleep(0.01)
        return FINE

    def ask_again() -> None:
        asked_again.append(asyncio.create_task(asked.answer()))

    asked = _Asked(question)
    waiting = [asyncio.create_task(asked.answer()) for _ in range(3)]
    await asyncio.sleep(0)
    release.set()

    assert await asyncio.gather(*waiting) == [FINE] * 3
    assert await asyncio.gather(*asked_again) == [FINE]


async def test_a_server_that_hangs_is_asked_once_and_said_to_be_silent(monkeypatch) -> None:
    monkeypatch.setattr(reading, "ASK_SECONDS", 0.02)
    questions = 0

    async def question() -> Dependency:
        nonlocal questions
        questions += 1
        await asyncio.Event().wait()
        return FINE

    asked = _Asked(question)
    told = [await asked.answer() for _ in range(3)]
    await asked.give_up()

    assert questions == 1
    assert not any(one.ok for one in told)
