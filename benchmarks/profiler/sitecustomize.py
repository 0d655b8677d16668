"""A sampling profiler for any service of ours: python finds this file by PYTHONPATH at its start.

Every few milliseconds the main thread's stack is noted while it has work. SIGUSR2 begins anew;
at the end the samples are in TASKFLOW_BENCH_PROFILE/<command>-<pid>.txt, one collapsed stack a
line, the most frequent first.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY = 0.003
IDLE = ("runners.py", "uvloop/__init__.py")


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{'/'.join(code.co_filename.split('/')[-2:])}:{code.co_name}"


def _stack(frame: FrameType | None) -> list[str]:
    """Outermost first."""
    places: list[str] = []
    while frame is not None:
        places.append(_place(frame))
        frame = frame.f_back
    return places[::-1]


class Sampler(threading.Thread):
    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True, name="sampler")
        self._folder = folder
        self._main = threading.main_thread().ident or 0
        self._stacks: Counter[str] = Counter()
        self.seen = 0

    def run(self) -> None:
        while True:
            time.sleep(EVERY)  # noqa: TID251 - a thread of its own
            frame = sys._current_frames().get(self._main)  # noqa: SLF001 - the only way
            if frame is None:
                continue
            self.seen += 1
            if not frame.f_code.co_filename.endswith(IDLE):
                self._stacks[";".join(_stack(frame))] += 1

    def reset(self, *_: object) -> None:
        self._stacks.clear()
        self.seen = 0

    def write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = sys.argv[-1].rpartition("/")[2] if sys.argv else "python"
        lines = [f"{count} {stack}" for stack, count in self._stacks.most_common()]
        busy = sum(self._stacks.values())
        head = f"# {busy} busy samples of {self.seen}"
        (self._folder / f"{name}-{os.getpid()}.txt").write_text("\n".join([head, *lines]) + "\n")


if _folder := os.environ.get("TASKFLOW_BENCH_PROFILE"):
    sampler = Sampler(Path(_folder))
    sampler.start()
    signal.signal(signal.SIGUSR2, sampler.reset)
    atexit.register(sampler.write)
