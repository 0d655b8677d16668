"""A process's memory: nobody looks into it, and the collector leaves alone what stays in it."""

import ctypes
import gc
import resource
import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""
YOUNG = 10_000
"""New objects until the collector comes by; by its own count it comes every 700, amid each turn."""


def keep_private() -> None:
    """For a process that holds the master key. Its children by exec begin anew, without a core.

    On Linux nobody but root reads its memory, its environment or its open files by /proc, and
    nobody but root attaches a debugger to it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def collect_seldom() -> None:
    """For a process that has started: what its imports left is for good, and is not looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
