"""Mutants that no test can kill, or need not: each is named with its reason in survivors.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutating import Mutant

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Survivor:
    file: str
    function: str
    change: str


def named(text: str) -> Mapping[Survivor, str]:
    """Maps each survivor to the reason why it may be one."""
    reasons: dict[Survivor, str] = {}
    for entry in tomllib.loads(text)["survivor"]:
        for change in entry["changes"]:
            survivor = Survivor(entry["file"], entry["function"], change.strip())
            assert survivor not in reasons, f"named twice: {survivor}"
            assert entry["reason"].strip(), f"without a reason: {survivor}"
            reasons[survivor] = entry["reason"]
    return reasons


def of(mutant: Mutant) -> Survivor:
    """Not by its number, which another line in its function changes."""
    return Survivor(mutant.file, mutant.function, mutant.change)


def unnamed(survived: Iterable[Mutant], reasons: Mapping[Survivor, str]) -> list[Mutant]:
    return [mutant for mutant in survived if of(mutant) not in reasons]


def outdated(
    tried: Iterable[Mutant], survived: Iterable[Mutant], reasons: Mapping[Survivor, str]
) -> list[Survivor]:
    """Those that are named, of the files that were tried, and survive no more."""
    files = {mutant.file for mutant in tried}
    alive = {of(mutant) for mutant in survived}
    return [named for named in reasons if named.file in files and named not in alive]
