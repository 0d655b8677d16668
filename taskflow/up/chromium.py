"""Sets a Chromium up where it can: Playwright's own, else the distribution's. Never a failure."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from taskflow.process import chromium, variables
from taskflow.process.settings import Settings

DOWNLOAD_SECONDS = 300.0
"""About 100 MB."""
PACKAGES_SECONDS = 300.0
PACKAGES = ("chromium-headless-shell", "chromium")
_DOWNLOAD_ENV = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}
"""Milliseconds: who is offline does not wait."""

Run = Callable[[Sequence[str], float, Mapping[str, str]], bool]
"""Whether a command came to a good end in so many seconds."""


def run(command: Sequence[str], seconds: float, env: Mapping[str, str]) -> bool:
    try:
        with subprocess.Popen(  # noqa: S603 - commands are ours
            command,
            env=variables.given("installer", fixed=env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as begun:
            try:
                return begun.wait(seconds) == 0
            except BaseException as error:
                # With what it started itself; also on Ctrl-C, which its session does not hear.
                os.killpg(begun.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    return False
                raise
    except OSError:
        return False


def set_up(
    say: Callable[[str], object], *, run: Run = run, named: str | None = None
) -> Path | None:
    """The Chromium there is, after trying to have one."""
    if found := chromium.find(named):
        return found
    if named:
        say(f"TASKFLOW_CHROMIUM names {named}, which is no program here.")
        return None
    say("Setting up a Chromium for pages whose price is made by scripts ...")
    for attempt in (_from_playwright, _from_the_distribution):
        attempt(run)
        if found := chromium.find():
            return found
    say(f"No Chromium could be set up. TaskFlow goes on without: to have one, {chromium.HOW}.")
    return None


def _from_playwright(run: Run) -> None:
    command = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]
    run(command, DOWNLOAD_SECONDS, _DOWNLOAD_ENV)


def _from_the_distribution(run: Run) -> None:
    """Debian and its like, and only for who may; Ubuntu's `chromium` is a stub without snapd."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for package in PACKAGES:
        if run([apt, "install", "-y", "--no-install-recommends", package], PACKAGES_SECONDS, quiet):
            return


class ChromiumSettings(Settings):
    taskflow_chromium: str | None = None


def main() -> None:
    named = ChromiumSettings.load().taskflow_chromium
    set_up(lambda line: print(line, flush=True), named=named)  # noqa: T201 - its only voice


if __name__ == "__main__":
    main()
