"""Tries each mutant in a process of its own, forked where all tests are collected already.

That process runs the tests which reach the mutant's function until one of them fails.
"""

import gc
import os
import resource
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutants.mutating import Mutant

AS_LONG = 3
"""Times what its tests take without it, after which a mutant never ends."""
AT_LEAST = 5
"""Seconds of a core that it may take in any case."""
STANDS_STILL = 40
"""Seconds that it may wait."""
MEMORY = 6 << 30
"""Bytes of addresses."""
BROKEN = 70
"""A process ends so where pytest itself fails, which is no test that does."""


class Trying:
    """A pytest plugin in place of the loop that runs each test once."""

    def __init__(
        self,
        mutants: Sequence[Mutant],
        survives: Callable[[Mutant], None],
        tests_of: Callable[[str], Sequence[str]],
    ) -> None:
        """`tests_of`: by a module's file, where its tests stand."""
        self._mutants = mutants
        self._tests_of = tests_of
        self._survives = survives
        self.killed_by: dict[Mutant, str | None] = {}
        """The test that failed, or what happened; None for a mutant that survived."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """A mutant is dead at the first example that fails, and dies of the same one each time."""
        import hypothesis

        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        hypothesis.settings.register_profile(
            "mutants", phases=phases, database=None, derandomize=True
        )
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Failed("the tests were not collected")
        modules = {mutant.name.rpartition(".")[0] for mutant in self._mutants}
        items = {item.nodeid: item for item in session.items}
        with _silence():
            reaching, seconds = _reached(session.items, modules)
        _forget_what_is_cached(name for name in sys.modules if name.startswith("services."))
        _forget_what_is_cached(modules)
        gc.collect()
        gc.freeze()
        killers: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for number, mutant in enumerate(self._mutants, start=1):
            tests = [
                test
                for test in reaching[mutant.reached_by]
                if test.startswith(tuple(self._tests_of(mutant.file)))
            ]
            tests.sort(key=seconds.__getitem__)
            known = killers[mutant.reached_by]
            order = [*reversed(known), *(test for test in tests if test not in known)]
            longest = AT_LEAST + AS_LONG * sum(map(seconds.__getitem__, order))
            killer = _try(mutant, [items[test] for test in order], longest)
            self.killed_by[mutant] = killer
            if killer in items:
                known.pop(killer, None)
                known[killer] = None
            if killer is None:
                self._survives(mutant)
            if sys.stderr.isatty():
                progress = f"\r{number} of {len(self._mutants)} mutants tried "
                print(progress, end="", file=sys.stderr, flush=True)
        return True


def _reached(
    items: Sequence[pytest.Item], modules: Iterable[str]
) -> tuple[defaultdict[str, list[str]], Mapping[str, float]]:
    """Which tests reach each function, and how many seconds of a core each test takes.

    What they load and read from files is there in each process that is forked afterwards.
    """
    set_mutant_under_test("stats")
    reaching: defaultdict[str, list[str]] = defaultdict(list)
    seconds: dict[str, float] = {}
    for item, following in zip_longest(items, items[1:]):
        _forget_what_is_cached(modules)
        state()._stats.clear()
        began = time.process_time()
        if _fails(item, following):
            raise pytest.UsageError(f"fails without any mutant: {item.nodeid}")
        seconds[item.nodeid] = time.process_time() - began
        for function in state()._stats:
            reaching[function].append(item.nodeid)
    set_mutant_under_test("")
    return reaching, seconds


def _try(mutant: Mutant, items: Sequence[pytest.Item], longest: float) -> str | None:
    def run() -> str:
        resource.setrlimit(resource.RLIMIT_CPU, (int(longest) + 1, int(longest) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(int(longest) + STANDS_STILL)
        set_mutant_under_test(mutant.name)
        for item, following in zip_longest(items, items[1:]):
            if _fails(item, following):
                return item.nodeid
        return ""

    status, failed = _forked(run)
    return f"signal {-status}" if status else failed or None


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


def _forked(run: Callable[[], str]) -> tuple[int, str]:
    """How a process ends that runs this, a signal negative, and what it says."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        said, status = "", BROKEN
        try:
            with _silence():
                said, status = run(), 0
        except BaseException:  # noqa: BLE001 - whatever it is, the parent tells it
            said = traceback.format_exc()
        finally:
            with os.fdopen(writes, "wb") as pipe:
                pipe.write(said.encode())
            os._exit(status)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    if ended > 0:
        raise RuntimeError(f"the process that runs tests is broken: {said}")
    return ended, said


@contextmanager
def _silence() -> Generator[None]:
    """What tests print, and what of it comes by the descriptors, goes nowhere."""
    sys.stdout.flush()
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    try:
        yield
    finally:
        sys.stdout.flush()
        for stream, before in zip((1, 2), kept, strict=True):
            os.dup2(before, stream)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)


def _forget_what_is_cached(modules: Iterable[str]) -> None:
    """What a cache answers calls nothing, so nobody would see who reaches the function in it."""
    for name in list(modules):
        for value in list(vars(sys.modules[name]).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()
