"""`make pump`: every pattern up to 1 MB, then every text function on texts made at random.

Ends when the minutes are over, or with what was too slow, and the seed that finds it again.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from itertools import count

from tests.pump.cost import LARGE
from tests.pump.functions import ALL, FOREIGN
from tests.pump.pieces import CLASSES, SCRIPTS
from tests.pump.pumping import LONGEST, job_of_function, patterns, slow_jobs, slow_of

PIECES = (*FOREIGN, *CLASSES.values(), *SCRIPTS)
A_ROUND = 12
"""Texts for each function."""
SHARE = 0.3
"""Of the time, that patterns may take at most."""


def text(chosen: random.Random) -> tuple[str, str, str]:
    """What stands before, what is repeated, what stands behind it."""
    before = "".join(chosen.choices(PIECES, k=chosen.choice((0, 0, 1, 2))))
    repeated = "".join(chosen.choices(PIECES, k=chosen.choice((1, 2, 2, 3, 5))))
    return before, repeated, chosen.choice(("", "x", "\n", *PIECES))


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    said = parser.parse_args(given)
    ends = time.monotonic() + 60 * said.minutes
    slow: dict[str, str] = {}
    if said.seed is None:
        slow = _patterns(time.monotonic() + 60 * SHARE * said.minutes)
    read = 0
    for seed in count(said.seed or 0):
        if slow or time.monotonic() > ends:
            break
        chosen = random.Random(seed)
        texts = [text(chosen) for _ in range(A_ROUND)]
        slow = slow_jobs([job_of_function(one, texts, LARGE) for one in ALL])
        read += len(texts) * len(ALL)
        print(f"seed {seed}: {read:,} kinds of text read", flush=True)
        if slow:
            print(f"again with: python -m tests.pump.run --minutes 1 --seed {seed}")
    for where, why in slow.items():
        print(f"{where}: {why}")
    return 1 if slow else 0


def _patterns(until: float) -> dict[str, str]:
    """In an order of chance, since the time may not do for all."""
    found = patterns()[0]
    order = random.SystemRandom().sample(found, len(found))
    pumped = 0
    while order and time.monotonic() < until:
        some, order = order[:20], order[20:]
        if slow := slow_of(some, LONGEST):
            return slow
        pumped += len(some)
    print(f"{pumped} of {len(found)} patterns at up to {LARGE:,} characters", flush=True)
    return {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
