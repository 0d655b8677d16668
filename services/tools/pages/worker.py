"""A process that reads pages and does nothing else: `python -m services.tools.pages.worker`.

It takes one page after another from its standard input and ends when that does. Each page has its
own allowance of CPU; memory is bounded for the whole process. Whatever goes wrong ends it.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import BinaryIO

from services.tools.pages import wire

NICENESS = 5
"""Behind the services of the same machine: a page can wait, the loop cannot."""
_SET_PDEATHSIG = 1
"""linux/prctl.h."""


def main() -> None:
    cpu_seconds, memory_bytes, parent = map(int, sys.argv[1:4])
    _confine(memory_bytes, parent)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(wire.LENGTHS.size):
        parts = [_exactly(source, length) for length in wire.LENGTHS.unpack(head)]
        _allow(cpu_seconds)
        sink.write(wire.answer_to(*parts))
        sink.flush()


def _confine(memory_bytes: int, parent: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # Its standard streams are there already; a page reader opens nothing else for writing.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the line above.
    if os.getppid() != parent:
        raise SystemExit


def _allow(cpu_seconds: int) -> None:
    """So much more than was used so far; the limit counts whole seconds of the whole process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _exactly(source: BinaryIO, length: int) -> bytes:
    data = source.read(length)
    if len(data) < length:
        raise SystemExit
    return data


if __name__ == "__main__":
    main()
