"""Pumps patterns and functions, one after the other, in a process whose CPU time is limited.

Reads a JSON list of jobs from its input. It writes a line when it begins one and a line when it
ends it; a text that takes longer than SECONDS ends the process, and its caller knows whose it was.
"""

import json
import re
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import structlog

from tests.pump.cost import Work, too_slow
from tests.pump.pieces import CLASSES, SCRIPTS, pumps, text_of

SECONDS = 2
"""Of CPU for one text at all its sizes: more is exponential, or hopeless."""
FOR_THE_REST = 60
"""Of CPU between two texts: loading modules, and leaving."""
_ENDS = ("", "\n\x00", "x")


def texts(job: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What stands before, what is repeated, what stands behind it."""
    if "function" in job:
        yield from job["texts"]
        return
    for before, piece in pumps(job["pattern"], job["flags"], job["inputs"]):
        for after in _ENDS:
            yield before, piece, after
    if job["classes"]:
        for piece in (*CLASSES.values(), *SCRIPTS):
            yield "", piece, "x"


def pumped(job: dict[str, Any]) -> str | None:
    """The first text that is too slow to be read, and how slow."""
    works = dict(_works(job))
    for before, piece, after in texts(job):
        allow(SECONDS)
        for way, work in works.items():

            def make(size: int, b: str = before, p: str = piece, a: str = after) -> str:
                return text_of(b, p, size, a)

            slow = too_slow(work, make, job["sizes"], job["times"], growth=job["growth"])
            if slow:
                return f"{way} of {before!r} + {piece!r} * n + {after!r}: {slow}"
    return None


def _works(job: dict[str, Any]) -> Iterator[tuple[str, Work]]:
    if "function" in job:
        from tests.pump.functions import BY_NAME, read

        function = BY_NAME[job["function"]]
        # What is loaded once, such as tables of places, is no part of it.
        read(function, "Ada lives in Lisbon")
        yield "reading", lambda text: read(function, text)
        return
    compiled = re.compile(job["pattern"], job["flags"])
    for way in job["ways"]:
        # As sub, split and findall do: on from the end of each match.
        searched = lambda text: sum(1 for _ in compiled.finditer(text))  # noqa: E731
        yield way, searched if way == "search" else getattr(compiled, way)


def allow(seconds: float) -> None:
    """The process dies when it has used so many seconds of CPU from now on."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))


def main() -> None:
    warnings.simplefilter("ignore")
    # Standard output is for the caller.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    for number, job in enumerate(json.load(sys.stdin)):
        print(json.dumps({"begins": number}), flush=True)
        slow = pumped(job)
        allow(FOR_THE_REST)
        print(json.dumps({"ends": number, "slow": slow}), flush=True)


if __name__ == "__main__":
    main()
