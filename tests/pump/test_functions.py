"""What takes foreign text takes time that grows with the text, whatever the text is."""

import os
import sys
from types import FrameType
from typing import Any

import pytest

from tests.pump.cost import KB, SIZES, too_slow
from tests.pump.functions import ALL, BY_NAME, FOREIGN, NAMED, read
from tests.pump.pieces import CLASSES, SCRIPTS
from tests.pump.pumping import job_of_function, patterns, slow_jobs

EXCUSED = {
    "taskflow.cli.": "an operator's own words, in a process that serves nobody",
    "taskflow.up.": "settings and what servers of ours say while they start",
    "taskflow.failpoints": "a setting of tests",
    "taskflow.replay.": "an operator's own words, in a process that serves nobody",
    "taskflow.telemetry.logs": "lines of ours and of libraries; user's words are in none",
    "services.gateway.web.status_page": "sentences of ours",
    "services.agent.judging.answers": "names of tools, behind what is judged",
    "simulators.": "the brain's entrance is registered; what lies behind it is cut there",
}
"""Modules that have patterns and no function in the registry, by how their names begin."""
TABLES = frozenset[str]()
"""Modules of patterns only, which others use."""
PLAIN = (
    "I live in Lisbon, call me Ada",
    "see https://a.b/c, 7 of 9",
    "I've set a reminder.",
    "yes, forget me",
    "my time zone is UTC+2. show prices in euros. answer me in German",
    "no, actually it's Porto",
    "was €99.00, now €79.90",
)


@pytest.mark.long
def test_each_module_that_matches_foreign_text_is_reached_by_the_registry() -> None:
    entered: set[str] = set()

    def entering(frame: FrameType, event: str, _given: Any) -> None:
        if event == "call":
            entered.add(frame.f_globals.get("__name__", ""))

    sys.setprofile(entering)
    try:
        for function in ALL:
            for text in PLAIN:
                read(function, text)
    finally:
        sys.setprofile(None)
    with_patterns = {one.where.partition(":")[0] for one in patterns()[0]}
    missed = {one for one in with_patterns - entered if not any(map(one.startswith, EXCUSED))}

    assert missed - TABLES == set()


def test_what_is_slow_is_told_from_what_is_not() -> None:
    def quadratic(text: str) -> None:
        for start in range(0, len(text), 256):
            sum(map(ord, text[start:]))

    def linear(text: str) -> None:
        sum(map(ord, text * 20))

    sizes = [4 * KB, 16 * KB, 64 * KB]
    assert too_slow(quadratic, lambda size: "a" * size, sizes, 250)
    assert too_slow(linear, lambda size: "a" * size, sizes, 250) is None
    assert too_slow(linear, lambda size: "a" * size, sizes, 5)


@pytest.mark.long
def test_what_once_stopped_a_service_is_read_in_time() -> None:
    names = [
        "gateway formatting",
        "agent answer",
        "agent remembered",
        "told addresses",
    ]
    texts = [("", piece, "x") for piece in NAMED]
    jobs = [job_of_function(BY_NAME[name], texts, 16 * KB) for name in names]

    assert slow_jobs(jobs) == {}


@pytest.mark.skipif("PUMP" not in os.environ, reason="minutes of a core: `make pump` runs it")
def test_every_function_reads_every_kind_of_text_in_time() -> None:
    """`make pump` goes on from here."""
    texts = [("", piece, "x") for piece in (*FOREIGN, *CLASSES.values(), *SCRIPTS)]
    jobs = [job_of_function(function, texts, SIZES[2]) for function in ALL]

    assert slow_jobs(jobs) == {}
