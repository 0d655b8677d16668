"""What one commit costs beside another: CPU a turn first, then throughput and latency.

Rounds alternate; who goes first takes turns. A ratio is new to old within a round, and the table
shows the rounds' median with a 90 % interval (percentile bootstrap). Exit code 1: over --bound.
"""

import argparse
import json
import math
import signal
import sys
from collections.abc import Sequence

import uvloop
from rich.console import Console

from benchmarks.compare import checkouts, report, rounds
from benchmarks.compare.intervals import LEAST_ROUNDS

ROUNDS = 8
"""An even number: each commit goes first equally often."""
TURNS, LEAST_TURNS = 400, 50
OVER_BOUND = 1


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    made.add_argument("old", metavar="OLD", help="a git commit, branch or tag")
    made.add_argument("new", metavar="NEW", help="the one to judge")
    made.add_argument(
        "--rounds", type=_at_least(LEAST_ROUNDS), default=ROUNDS, help="[%(default)s]"
    )
    made.add_argument(
        "--turns",
        type=_at_least(LEAST_TURNS),
        default=TURNS,
        help="a round and commit [%(default)s]",
    )
    made.add_argument(
        "--bound", type=_bound, help="the most that CPU a turn may grow, such as 1.05"
    )
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    made.add_argument("--any-lock", action="store_true", help="run both with the packages here")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    arguing = parser()
    asked = arguing.parse_args(arguments)
    # Work trees are taken away on SIGTERM as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        commits = {"old": checkouts.commit_of(asked.old), "new": checkouts.commit_of(asked.new)}
        if not asked.any_lock:
            checkouts.check_locks(commits["old"], commits["new"])
        if checkouts.uncommitted():
            _say("what is not committed here is not compared")
        measured = _measure(commits, asked.rounds, asked.turns)
    except checkouts.Impossible as error:
        arguing.error(str(error))
    document = report.document(commits, measured, asked.bound)
    if asked.json:
        print(json.dumps(document, indent=1))
    else:
        report.show(commits, measured, asked.bound, Console())
    return OVER_BOUND if document["within_bound"] is False else 0


def _measure(commits: dict[str, str], count: int, turns: int) -> dict[str, rounds.Measured]:
    with checkouts.checkout(commits["old"]) as old, checkouts.checkout(commits["new"]) as new:
        return uvloop.run(rounds.run(old, new, rounds=count, turns=turns, say=_say))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _at_least(least: int):
    def number(given: str) -> int:
        if not given.isdecimal() or int(given) < least:
            raise argparse.ArgumentTypeError(f"{given!r} is not a number from {least} on")
        return int(given)

    return number


def _bound(given: str) -> float:
    try:
        bound = float(given)
    except ValueError:
        bound = math.nan
    if not (math.isfinite(bound) and bound > 0):
        raise argparse.ArgumentTypeError(f"{given!r} is no ratio, such as 1.05")
    return bound


if __name__ == "__main__":
    sys.exit(main())
