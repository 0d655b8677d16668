"""A service as in production: a fresh interpreter, of this tree or of another one."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support import own_ports

_PR_SET_PDEATHSIG = 1
_ROOT = Path(__file__).parents[2]


class Program(subprocess.Popen[bytes]):
    """With the names of `multiprocessing`'s processes, as forked services have them."""

    def __init__(
        self, service: str, env: Mapping[str, str], output: Path, tree: Path = _ROOT
    ) -> None:
        with output.open("ab") as into:
            super().__init__(
                [sys.executable, "-m", "taskflow.cli.main", "run", service],
                cwd=tree,
                stdin=subprocess.DEVNULL,
                stdout=into,
                stderr=into,
                env={"PATH": os.defpath, **_guard(tree), **env},
                preexec_fn=die_with_parent,
            )

    @property
    def exitcode(self) -> int | None:
        return self.poll()

    def is_alive(self) -> bool:
        return self.poll() is None

    def join(self, timeout: float | None = None) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(timeout)

    def close(self) -> None:
        """It has ended."""


def _guard(tree: Path) -> Mapping[str, str]:
    """None for another tree, whose modules would be ours by PYTHONPATH."""
    ours = tree == _ROOT and own_ports.SUITE in os.environ
    return own_ports.environment() if ours else {}


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
