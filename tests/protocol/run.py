"""Explores the protocols' models: `python -m tests.protocol.run [turn|lane|…] [--huge] [--traces]`.

Without `--huge` it takes some three minutes of a core. It ends with status 1 if anything is not as
expected.
"""

import argparse
import sys
import time

from tests.protocol.engine import LIMIT, Found, explore
from tests.protocol.test_models import MOST_OF_A_MUTANT
from tests.protocol.worlds import MODELS


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("models", nargs="*", default=list(MODELS), metavar="MODEL")
    asked.add_argument("--huge", action="store_true", help="the largest worlds too: half an hour")
    asked.add_argument("--traces", action="store_true", help="how each rule's absence shows")
    given = asked.parse_args()
    surprises = 0
    for name in given.models:
        studied = MODELS[name]
        for world in [*studied.small, *studied.large, *(studied.huge if given.huge else [])]:
            found = _told(f"{name} {world}", lambda m=studied, w=world: explore(m.model(**w)))
            surprises += found.violation is not None
        for rule, meaning in studied.rules.items():
            found = _told(
                f"{name} less {rule}: {meaning}",
                lambda m=studied, r=rule: explore(m.without(r), MOST_OF_A_MUTANT),
            )
            surprises += found.violation in {None, LIMIT}
            if given.traces:
                print("\n".join(f"      {step}" for step in found.trace))
    print(f"{surprises} surprises" if surprises else "all as expected")
    return 1 if surprises else 0


def _told(name: str, exploring) -> Found:
    began = time.monotonic()
    found = exploring()
    took = time.monotonic() - began
    verdict = found.violation or "no violation"
    print(f"{name:<100} {found.states:>9,} states {took:6.1f} s  {verdict}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
