"""Programs that judge manifests, in an environment of their own: they would clash with ours."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

_LOCK = Path(__file__).parent / "requirements.lock"


class Unavailable(Exception):
    """A program cannot be had here; the text says why."""


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "taskflow"


def environment() -> Path:
    """The `bin` of checkov and kubernetes-validate, made once a lock. Raises Unavailable."""
    made = hashlib.sha256(_LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache() / f"k8s-tools-{made}"
    done = folder / ".done"
    if not done.exists():
        print(f"Setting up checkov and kubernetes-validate: once, some 400 MB in {folder} ...")
        python = folder / "bin" / "python"
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(
            str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check",
            "--no-deps", "--require-hashes", "-r", str(_LOCK),
        )  # fmt: skip
        done.touch()
    return folder / "bin"


def run(*command: str) -> None:
    """Raises Unavailable."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Unavailable(f"{' '.join(command[1:4])}: {lines[-1]}")
