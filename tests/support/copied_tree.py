"""A copy of the tree in which a page of docs/how-to is done, word for word."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r'^```\w+ title="(?P<name>\w+\.\w+)"\n(?P<code>.*?)^```$', re.DOTALL | re.MULTILINE
)


def blocks(page: Path) -> dict[str, str]:
    """What it adds, by the title of each block."""
    return {found["name"]: found["code"] for found in _BLOCK.finditer(page.read_text("utf-8"))}


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
