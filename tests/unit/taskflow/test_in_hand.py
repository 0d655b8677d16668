"""A delivery that comes again while its first one is worked on: nothing is paid for twice."""

import asyncio
import time
from typing import Any

from taskflow.bus import bus
from tests.unit.taskflow.replay.test_evolution import MESSAGES, Delivery

DATA = MESSAGES[20].model_dump_json().encode()


class Model:
    """Answers, and what it said is recorded a moment later: as in a turn's step."""

    def __init__(self, parse_seconds: float) -> None:
        self.paid, self.recorded, self.asked = 0, False, asyncio.Event()
        self._parse = parse_seconds

    async def step(self, _recorded: Any, _delivery: int) -> None:
        if self.recorded:
            return
        self.paid += 1
        self.asked.set()
        await asyncio.sleep(0)
        time.sleep(self._parse)  # as a pattern holds the loop
        await asyncio.sleep(0.01)
        self.recorded = True


def consumer(model: Model) -> Any:
    to, nobody = bus.broker("nats://127.0.0.1:1", "test"), None
    bus.consume(to, "agent", model.step, nobody, workers=2)  # type: ignore[arg-type]
    return to.pulls[0]._deliver


async def test_a_held_up_loop_asks_the_model_once() -> None:
    model = Model(parse_seconds=0.05)
    deliver = consumer(model)
    first, again = Delivery(DATA), Delivery(DATA)
    again.num_delivered = 2

    held_up = asyncio.create_task(deliver(first))
    await model.asked.wait()
    await asyncio.gather(held_up, deliver(again))

    assert model.paid == 1
    assert [first.answers, again.answers] == [[("ack", None)], [("ack", None)]]


async def test_different_events_do_not_wait_for_each_other() -> None:
    entered = asyncio.Semaphore(0)
    both = asyncio.Event()

    async def step(_recorded: Any, _delivery: int) -> None:
        entered.release()
        await both.wait()

    model = Model(0)
    model.step = step  # type: ignore[method-assign]
    deliver = consumer(model)
    other = Delivery(MESSAGES[21].model_dump_json().encode())
    working = [asyncio.create_task(deliver(one)) for one in (Delivery(DATA), other)]
    async with asyncio.timeout(5):
        await entered.acquire()
        await entered.acquire()
    both.set()
    await asyncio.gather(*working)


async def test_what_failed_is_tried_by_the_next_delivery() -> None:
    held = bus.InHand()
    event = MESSAGES[20].recorded().event_id
    try:
        async with held.alone(event):
            raise ValueError
    except ValueError:
        pass
    async with asyncio.timeout(1), held.alone(event):
        pass
    assert not held._locks
