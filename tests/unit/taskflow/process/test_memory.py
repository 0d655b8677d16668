"""What a process holds in memory is for itself: tried by another one of the same user."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taskflow.process import memory

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own walls")
LOOKER = "import sys; open(f'/proc/{sys.argv[1]}/environ', 'rb').read()"
USER = 65532 if os.geteuid() == 0 else None
"""Root reads everything."""


def _python(*command: str) -> subprocess.Popen[str]:
    # The machine's Python may lie where only root may look.
    python = "/usr/bin/python3" if USER else sys.executable
    return subprocess.Popen(
        [python, "-I", "-S", *command],
        user=USER,
        env={"SECRET": "canary", "PATH": os.defpath},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
    )


@linux
@pytest.mark.skipif(USER is not None and not Path("/usr/bin/python3").exists(), reason="no Python")
@pytest.mark.parametrize(("kept", "readable"), [("private", False), ("open", True)])
def test_another_program_of_the_same_user_reads_nothing(kept: str, readable: bool) -> None:
    holder = _python("-c", _holder(kept))
    assert holder.stdout is not None
    limit = holder.stdout.readline().strip()
    looker = _python("-c", LOOKER, str(holder.pid))
    _, refusal = looker.communicate(timeout=20)
    holder.communicate("", timeout=20)

    assert (looker.returncode == 0) is readable, refusal
    assert ("PermissionError" in refusal) is not readable
    assert kept != "private" or limit == "0"


def _holder(kept: str) -> str:
    """With the module's own text: an ordinary user may not reach where it lies."""
    source = Path(memory.__file__).read_text()
    call = "keep_private()" if kept == "private" else ""
    ends = "print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)\nsys.stdin.read()\n"
    return f"{source}\n{call}\n{ends}"


COLLECTING = """
import gc
from taskflow.process import memory
memory.collect_seldom()
started = gc.get_freeze_count()
class Node: pass
def make(count):
    for _ in range(count):
        node = Node()
        node.itself = node
def kept():
    return sum(isinstance(one, Node) for one in gc.get_objects())
make(1_000)
few = kept()
make(200_000)
print(started > 1_000, few == 1_000, kept() < 50_000)
"""


def test_a_started_process_is_seldom_collected_and_does_not_grow() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", COLLECTING], capture_output=True, text=True, timeout=60, check=True
    )

    assert ended.stdout.split() == ["True", "True", "True"]
