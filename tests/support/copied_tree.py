"""A copy of the tree in which a page of docs/how-to is done, word for word."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r'^```(?P<language>\w+) title="(?P<name>[\w./-]+)"\n(?P<code>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)
_GAP = re.compile(r"^@@\n", re.MULTILINE)
"""In a diff, between what does not stand side by side."""


def blocks(page: Path) -> dict[str, str]:
    """What it adds, by the title of each block."""
    return {found["name"]: found["code"] for found in _BLOCK.finditer(page.read_text("utf-8"))}


def followed(page: Path, tree: Path) -> list[str]:
    """Does in the tree what the page says, and names the files.

    A block's title is the file's path. A diff changes a file that is there; any other block is a
    new one, whole.
    """
    found = list(_BLOCK.finditer(page.read_text("utf-8")))
    for block in found:
        file = tree / block["name"]
        if block["language"] == "diff":
            file.write_text(
                _changed(file.read_text("utf-8"), block["code"], block["name"]), "utf-8"
            )
        else:
            assert not file.exists(), f"{block['name']} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["code"], "utf-8")
    return [block["name"] for block in found]


def _changed(text: str, diff: str, name: str) -> str:
    for piece in _GAP.split(diff):
        # An editor may have taken the only space of an empty line.
        lines = [line if line.strip() else " \n" for line in piece.splitlines(keepends=True)]
        before = "".join(line[1:] for line in lines if line[0] != "+")
        after = "".join(line[1:] for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"{name} has {text.count(before)} of:\n{before}"
        text = text.replace(before, after)
    return text


def copied(to: Path, *names: str) -> Path:
    """These folders and files of the tree, and nothing else of it."""
    for name in names:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, to / name)
    return to


def ran(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "400"}
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)


def versions_written(tree: Path) -> str:
    """Writes the samples, the schemas and the document of new versions of events; says which."""
    taskflow = str(Path(sys.executable).with_name("taskflow"))
    commands = (
        [sys.executable, "-m", "tests.support.snapshots"],
        [taskflow, "asyncapi"],
        [taskflow, "asyncapi", "--check"],
    )
    runs = [ran(tree, *command) for command in commands]
    assert [run.returncode for run in runs] == [0, 0, 0], [run.stderr for run in runs]
    return runs[0].stdout
