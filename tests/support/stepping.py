"""An event loop that goes on only when it is told: one awaited answer at a time, no real time.

Real coroutines run on it unchanged (gather, sleep, timeout). It is one process: stopped between any
two answers, it is a process that hangs; dropped, one that was killed.
"""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Waiting:
    """One await of an answer from the world."""

    answer: asyncio.Future[None]
    what: str
    effect: Callable[[], object] | None
    """What the world is asked to do; None once it is done and its answer on the way back."""


class SteppedLoop(asyncio.AbstractEventLoop):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self.waiting: list[Waiting] = []
        self.failed: list[BaseException] = []

    # -- what the world does ----------------------------------------------------------------

    def start(self, work: Coroutine[Any, Any, T], done: Callable[[Any], None]) -> None:
        """Runs it to its first await; `done` hears its end."""
        self.create_task(work).add_done_callback(done)
        self.run()

    def answer(self, one: Waiting, error: Exception | None = None) -> None:
        """Lets one await go on, and all that follows from it up to the next ones."""
        self.waiting.remove(one)
        if error is None:
            one.answer.set_result(None)
        else:
            one.answer.set_exception(error)
        self.run()

    def run(self) -> None:
        """Also whatever the clock has made due."""
        _enter(self)
        while self._ready or self._ring():
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()
        self.waiting = [one for one in self.waiting if not one.answer.done()]

    def kill(self) -> None:
        """As by kill -9: nothing of it ever runs again, not even its last words."""
        for task in self._tasks:
            task._log_destroy_pending = False
        self._ready.clear()
        self._timers.clear()
        self.waiting.clear()

    # -- what its own coroutines await ------------------------------------------------------

    async def io(self, what: str, effect: Callable[[], T]) -> T:
        """One exchange with the world: on its way, done, and its answer on the way back."""
        await self._wait(what, effect)
        try:
            result = effect()
        except Exception as error:
            await self._wait(what, None)
            raise error from None
        await self._wait(what, None)
        return result

    def _wait(self, what: str, effect: Callable[[], object] | None) -> asyncio.Future[None]:
        one = Waiting(asyncio.Future(loop=self), what, effect)
        self.waiting.append(one)
        return one.answer

    # -- what asyncio needs of a loop -------------------------------------------------------

    def time(self) -> float:
        return self._now()

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, handle))
        return handle

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        """At once: what is only computed takes no time here."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - as a thread would
            done.set_exception(error)
        return done

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name or "stepped", context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if error := context.get("exception"):
            self.failed.append(error)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is skipped when its time comes."""

    def _ring(self) -> bool:
        now, rang = self.time(), False
        while self._timers and self._timers[0][0] <= now:
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._ready.append(handle)
                rang = True
        return rang


def _enter(loop: SteppedLoop) -> None:
    """Setting the running loop asks the kernel who we are, which is slow: only where it changes."""
    if _entered[0] is not loop:
        _entered[0] = loop
        events._set_running_loop(loop)


def leave() -> None:
    """Nothing of ours is running any more; the test's own loop may."""
    if _entered[0] is not None:
        _entered[0] = None
        events._set_running_loop(None)


_entered: list[SteppedLoop | None] = [None]
