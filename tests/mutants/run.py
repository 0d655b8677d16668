"""Mutation testing of the pure core: `make mutants`, or `python -m tests.mutants.run FILE ...`.

Fails under 90 % in all, at a survivor that survivors.toml does not name, and at one that it names
and that is killed or gone.
"""

import sys
import time
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from mutmut.configuration import config
from mutmut.utils.file_utils import walk_mutatable_files

from tests.mutants import survivors
from tests.mutants.mutating import Mutant, Mutated, install
from tests.mutants.trying import Trying

LEAST = 0.9
PYTEST = ("-qq", "-s", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist")


def main(files: Sequence[str]) -> int:
    began = time.monotonic()
    configured = sorted(walk_mutatable_files())
    if unknown := set(files) - set(map(str, configured)):
        sys.exit(f"not among the modules of [tool.mutmut]: {', '.join(sorted(unknown))}")
    modules = [Mutated(file) for file in configured if not files or str(file) in files]
    install(modules)
    mutants = [mutant for mutated in modules for mutant in mutated.mutants()]
    reasons = survivors.named(survivors.FILE.read_text())

    def survives(mutant: Mutant) -> None:
        if survivors.of(mutant) not in reasons:
            print(f"\nSurvived: {mutant.function} in {mutant.file}\n{mutant.change}", flush=True)

    trying = Trying(mutants, survives, tests_of)
    tests = dict.fromkeys(place for mutated in modules for place in tests_of(mutated.file))
    if status := pytest.main([*PYTEST, *config().pytest_add_cli_args, *tests], plugins=[trying]):
        return int(status)

    survived = [mutant for mutant in mutants if trying.killed_by[mutant] is None]
    unnamed = survivors.unnamed(survived, reasons)
    outdated = survivors.outdated(mutants, survived, reasons)
    for named in outdated:
        print(f"\nNamed, but no survivor: {named.function} in {named.file}\n{named.change}")
    print(f"\n{table(mutants, survived)}")
    print(f"{time.monotonic() - began:.0f} s; {len(unnamed)} survivors are not named")
    return int(bool(unnamed or outdated) or score(mutants, survived) < LEAST)


@cache
def tests_of(file: str) -> Sequence[str]:
    """Of the nearest folder that `[tool.mutants.tests]` has."""
    places = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutants"]["tests"]
    return places[max((of for of in places if file.startswith(f"{of}/")), key=len)]


def score(mutants: Sequence[Mutant], survived: Sequence[Mutant]) -> float:
    return 1 - len(survived) / len(mutants) if mutants else 1.0


def table(mutants: Sequence[Mutant], survived: Sequence[Mutant]) -> str:
    files = list(dict.fromkeys(mutant.file for mutant in mutants))
    widest = max(map(len, [*files, "module"]))
    lines = [f"{'module':<{widest}}  mutants  killed  survived   score"]
    for name, of in [*((file, {file}) for file in files), ("in all", set(files))]:
        all_ = [mutant for mutant in mutants if mutant.file in of]
        alive = [mutant for mutant in survived if mutant.file in of]
        lines.append(
            f"{name:<{widest}}  {len(all_):>7}  {len(all_) - len(alive):>6}  {len(alive):>8}"
            f"  {score(all_, alive):>6.1%}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
