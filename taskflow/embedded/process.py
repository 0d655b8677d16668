"""Child processes that end with us: started, waited for, stopped, and found again after a crash."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from taskflow import clock
from taskflow.embedded import launch
from taskflow.embedded.launch import LaunchOrders
from taskflow.embedded.privileges import RunAs

POLL_SECONDS = 0.01
KILLED_SECONDS = 10.0
"""For the kernel to take away what SIGKILL ended."""

Stop = tuple[signal.Signals, float]
"""A signal, and the seconds it is given to work."""


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals,
    output: int | IO[bytes],
    env: Mapping[str, str],
    run_as: RunAs | None = None,
    reach: Sequence[Path] = (),
    input_: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """A child in its own session (Ctrl-C is not for it), with its output and errors in `output`.

    It gets `death_signal` when the thread that called this ends, however it ends: call it from the
    main thread.
    """
    run_as = run_as or RunAs()
    orders: LaunchOrders = {
        "parent": os.getpid(),
        "death_signal": death_signal,
        "user": run_as.user,
        "group": run_as.group,
        "capability": run_as.capability,
        "reach": [str(path) for path in reach],
    }
    launcher = [sys.executable, "-I", "-S", launch.__file__, json.dumps(orders)]
    process = subprocess.Popen(  # noqa: S603 - commands are ours, never a user's text
        [*launcher, *map(str, command)],
        stdin=subprocess.DEVNULL if input_ is None else subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        start_new_session=True,
        umask=0o077,
    )
    if input_ is not None and process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(input_)
    return process


def wait_until(fact: Callable[[], bool], seconds: float, every: float = POLL_SECONDS) -> bool:
    """Whether the fact came true in time."""
    deadline = clock.monotonic() + seconds
    pause = threading.Event()
    while not fact():
        if clock.monotonic() > deadline:
            return False
        pause.wait(every)
    return True


def stop(process: subprocess.Popen[bytes], *steps: Stop) -> None:
    """Tries each signal in turn, then SIGKILL for its whole group; returns when it is gone."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    _kill_group(process.pid)
    process.wait(KILLED_SECONDS)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_strays(ours: Callable[[psutil.Process], bool], patience: float, *steps: Stop) -> None:
    """Ends what a crashed run left behind; first waits, for it is likely on its way out."""
    if wait_until(lambda: not any(_strays(ours)), patience):
        return
    for number, seconds in (*steps, (signal.SIGKILL, KILLED_SECONDS)):
        for stray in _strays(ours):
            with suppress(psutil.NoSuchProcess):
                stray.send_signal(number)
        if wait_until(lambda: not any(_strays(ours)), seconds):
            return


def _strays(ours: Callable[[psutil.Process], bool]) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.status() != psutil.STATUS_ZOMBIE and ours(process):
                yield process
