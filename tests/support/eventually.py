"""Waiting for a fact, with a deadline; never a sleep."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    ask: Callable[[], T | Awaitable[T]], seconds: float = 10.0, every: float = 0.01
) -> T:
    """The first true answer."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        answer = ask()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, f"not true in {seconds} s: {answer!r}"
        await asyncio.sleep(every)
