"""The load waits for each person's reply before it writes again in their name."""

import asyncio
from collections import Counter

from benchmarks.load import Plan, Run


class Answering:
    """In the gateway's and the vendor's place: every message is answered a little later."""

    def __init__(self, run: Run) -> None:
        self._run, self._of = run, dict(zip(run.requests, run.addresses, strict=True))
        self.open, self.most = Counter[str](), 0
        self._later: set[asyncio.Task[None]] = set()

    async def post(self, request: bytes) -> tuple[int, bytes]:
        to = self._of[request]
        self.open[to] += 1
        self.most = max(self.most, self.open[to])
        task = asyncio.create_task(self._reply(to))
        self._later.add(task)
        return 200, b""

    async def _reply(self, to: str) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        self.open[to] -= 1
        number, replied = self._run.open.pop(to)
        self._run.seen.replied[number] = 0.0
        replied.set()


async def test_many_senders_of_one_person_never_write_at_once() -> None:
    plan = Plan(
        "http://127.0.0.1:1/webhook", "token", count=24, users=1, seed="x", in_flight=8,
        posts="http://127.0.0.1:1/_posts",
    )  # fmt: skip
    run = Run(plan)
    answering = Answering(run)
    run.client = answering  # type: ignore[assignment]

    await run._closed()

    assert answering.most == 1
    assert None not in run.seen.replied


async def test_a_reply_that_never_comes_holds_its_person_up_only_for_so_long() -> None:
    plan = Plan(
        "http://127.0.0.1:1/webhook", "token", count=2, users=1, seed="x", in_flight=2,
        posts="http://127.0.0.1:1/_posts", patience=0.01,
    )  # fmt: skip
    run = Run(plan)

    class Silent:
        async def post(self, _request: bytes) -> tuple[int, bytes]:
            return 200, b""

    run.client = Silent()  # type: ignore[assignment]

    await asyncio.wait_for(run._closed(), 5)

    assert run.seen.replied == [None, None]
