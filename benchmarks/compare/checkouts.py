"""A commit's files in a temporary folder, run by the environment that is there."""

import difflib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = "requirements.lock"
_RUN = "import sys, {module}; sys.argv[0] = 'taskflow'; {module}.{function}()"


class Impossible(Exception):
    """What was asked for cannot be compared; the message says why, and what would help."""


@dataclass(frozen=True, slots=True)
class Checkout:
    commit: str
    """Its whole hash."""
    tree: Path
    metadata: Path
    """A folder for the module path, in which the package is described as this commit has it."""

    def command(self, *arguments: str) -> list[str]:
        """This commit's `taskflow`, wherever its modules lie."""
        script: str = _project(self.tree)["scripts"]["taskflow"]
        module, _, function = script.partition(":")
        run = _RUN.format(module=module, function=function)
        return [sys.executable, "-c", run, *arguments]

    @property
    def env(self) -> dict[str, str]:
        """Modules come from the checkout, whatever the environment has installed."""
        return {
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join((str(self.tree), str(self.metadata))),
            "PYTHONHASHSEED": "0",  # the order of sets is not what is compared
        }


def commit_of(name: str, repository: Path = ROOT) -> str:
    """Raises Impossible."""
    found = _git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
    if not found:
        raise Impossible(f"{name!r} names no commit here")
    return found


def check_locks(old: str, new: str, repository: Path = ROOT) -> None:
    """Both have to lock what this environment was made from. Raises Impossible."""
    here = (repository / LOCK).read_text()
    locks = {"OLD": _locked(old, repository), "NEW": _locked(new, repository)}
    for name, lock in locks.items():
        if changed := _changed(here, lock):
            raise Impossible(
                f"{name} ({old[:9] if name == 'OLD' else new[:9]}) locks other packages than this "
                f"environment was made from: {', '.join(changed)}. Compare from a tree whose "
                f"{LOCK} is the same, or say --any-lock to run both with the packages that are here"
            )


def uncommitted(repository: Path = ROOT) -> bool:
    return bool(_git(repository, "status", "--porcelain", "--untracked-files=no"))


@contextmanager
def checkout(commit: str, repository: Path = ROOT) -> Generator[Checkout]:
    """Gone with the context, from git's list of work trees too."""
    with tempfile.TemporaryDirectory(prefix="taskflow-compare-") as folder:
        tree, metadata = Path(folder) / "tree", Path(folder) / "metadata"
        _git(repository, "worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            _describe(_project(tree), metadata)
            yield Checkout(commit, tree, metadata)
        finally:
            _git(repository, "worktree", "remove", "--force", str(tree))


def _describe(project: dict[str, dict[str, dict[str, str]]], into: Path) -> None:
    """Services are found by entry points, which the environment knows of another commit."""
    folder = into / f"{project['name']}-{project['version']}.dist-info"
    folder.mkdir(parents=True)
    about = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (folder / "METADATA").write_text(about)
    lines: list[str] = []
    for group, points in project.get("entry-points", {}).items():
        lines += [f"[{group}]", *(f"{name} = {where}" for name, where in points.items()), ""]
    (folder / "entry_points.txt").write_text("\n".join(lines))


def _project(tree: Path) -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((tree / "pyproject.toml").read_text())["project"]


def _locked(commit: str, repository: Path) -> str:
    return _git(repository, "show", f"{commit}:{LOCK}", check=False)


def _changed(ours: str, theirs: str) -> list[str]:
    """Packages and versions that only one of them has, hashes aside."""

    def pinned(lock: str) -> list[str]:
        lines = (line.partition(";")[0].strip(" \\") for line in lock.splitlines())
        return [line for line in lines if "==" in line]

    compared = difflib.ndiff(pinned(ours), pinned(theirs))
    return [line.replace(" ", "", 1) for line in compared if line[0] in "+-"]


def _git(repository: Path, *arguments: str, check: bool = True) -> str:
    """What it says; nothing where it fails and need not be well. Raises Impossible."""
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode and check:
        raise Impossible(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else ""
