"""Other processes that use what we test, and whether they have ended."""

import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START_AND_STOP = """
import sys
from pathlib import Path
from taskflow.embedded.postgres import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url)
"""


def has_ended(pid: int) -> bool:
    """Of one that we may not wait for; also while its new parent has not yet taken note."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def run_python(script: str, home: Path, *wrapper: str) -> subprocess.CompletedProcess[str]:
    """A script to its end, below a program such as setpriv."""
    return subprocess.run(
        [*wrapper, sys.executable, "-c", script, str(home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
