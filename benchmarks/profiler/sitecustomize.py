"""A sampling profiler for any service of ours: python finds this file by PYTHONPATH at its start.

Every two milliseconds of CPU the main thread's stack is noted: by a signal, since a thread of its
own would see only the moments at which the others let the interpreter go. At the end the samples
are in TASKFLOW_BENCH_PROFILE/<command>-<pid>.txt, one collapsed stack a line.
"""

import atexit
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY = 0.002
_stacks: Counter[str] = Counter()


def _place(frame: FrameType) -> str:
    code = frame.f_code
    _, installed, inside = code.co_filename.rpartition("site-packages/")
    file = inside if installed else "/".join(code.co_filename.split("/")[-3:])
    return f"{file}:{code.co_name}"


def _note(_number: int, frame: FrameType | None) -> None:
    places: list[str] = []
    while frame is not None:
        places.append(_place(frame))
        frame = frame.f_back
    _stacks[";".join(reversed(places))] += 1


def _write(folder: Path) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    folder.mkdir(parents=True, exist_ok=True)
    name = sys.argv[-1].rpartition("/")[2]
    spent = os.times()
    head = f"# {name}: {spent.user:.2f} s user, {spent.system:.2f} s system"
    lines = [f"{count} {stack}" for stack, count in _stacks.most_common()]
    (folder / f"{name}-{os.getpid()}.txt").write_text("\n".join([head, *lines]) + "\n")


if _folder := os.environ.get("TASKFLOW_BENCH_PROFILE"):
    signal.signal(signal.SIGPROF, _note)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    atexit.register(_write, Path(_folder))
