"""What a process holds in memory stays there: no core file, and no other program looks in."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


def keep_private() -> None:
    """For a process that holds the master key. Its children by exec begin anew, without a core.

    On Linux nobody but root reads its memory, its environment or its open files by /proc, and
    nobody but root attaches a debugger to it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
