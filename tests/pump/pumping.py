"""Hands jobs to workers whose CPU time is limited, and says what was too slow."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.pump.bounds import TIMES, bound_of
from tests.pump.cost import LARGE, SIZES
from tests.pump.functions import TextFunction
from tests.pump.patterns import Found

ROOT = Path(__file__).parents[2]
HOPELESS = "takes longer than a worker may: exponential"


@dataclass(frozen=True, slots=True)
class Effort:
    inputs: int
    """Texts made of a pattern's own pieces, at most."""
    classes: bool
    """Whether every class of Unicode is tried as well."""
    largest: int


SAMPLE = Effort(inputs=16, classes=False, largest=16 * 1024)
WHOLE = Effort(inputs=60, classes=True, largest=SIZES[-1])
LONGEST = Effort(inputs=200, classes=True, largest=LARGE)


@cache
def patterns() -> tuple[list[Found], list[str]]:
    """Every pattern, and the places whose pattern was not found."""
    told = _run("tests.pump.patterns", "")
    assert told.returncode == 0, told.stderr
    found, lost = json.loads(told.stdout)
    return [Found(**{**one, "ways": tuple(one["ways"])}) for one in found], lost


def job_of(found: Found, effort: Effort) -> dict[str, Any]:
    bound = bound_of(found.where)
    sizes = [*(one for one in SIZES if one <= effort.largest)]
    if effort.largest > SIZES[-1]:
        sizes.append(effort.largest)
    return {
        "pattern": found.pattern,
        "flags": found.flags,
        "ways": found.ways,
        "inputs": effort.inputs,
        "classes": effort.classes,
        "sizes": [bound.limit] if bound else sizes,
        "times": bound.times if bound else TIMES,
        # Up to a limit it may grow as it likes, if it is quick at the limit.
        "growth": bound is None,
    }


def slow_of(found: Sequence[Found], effort: Effort) -> dict[str, str]:
    """By the pattern's place what is wrong with it."""
    slow = slow_jobs([(one.where, job_of(one, effort)) for one in found])
    patterns = {one.where: one.pattern for one in found}
    return {where: f"{patterns[where][:80]!r}: {why}" for where, why in slow.items()}


def job_of_function(
    function: TextFunction, texts: Sequence[tuple[str, str, str]], largest: int
) -> tuple[str, dict[str, Any]]:
    sizes = [one for one in (*SIZES, LARGE) if one < min(function.largest, largest)]
    job = {
        "function": function.name,
        "texts": texts,
        "sizes": [*sizes, min(function.largest, largest)],
        "times": function.times,
        "growth": function.growth,
    }
    return function.name, job


def slow_jobs(jobs: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """By the job's name what is wrong."""
    slow: dict[str, str] = {}
    left = list(jobs)
    while left:
        told = _run("tests.pump.worker", json.dumps([job for _, job in left]))
        began = ended = -1
        for line in map(json.loads, told.stdout.splitlines()):
            began = line.get("begins", began)
            ended = line.get("ends", ended)
            if line.get("slow"):
                slow[left[ended][0]] = line["slow"]
        if ended == len(left) - 1:
            return slow
        # Killed for its CPU time; anything else is a fault of the worker's.
        assert told.returncode < 0 and began > ended, told.stderr
        slow[left[began][0]] = HOPELESS
        left = left[began + 1 :]
    return slow


def _run(module: str, given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        # Who counts a program's lines slows it, and not the plain pass that it is measured by.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
        check=False,
    )
