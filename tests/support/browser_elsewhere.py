"""The browser's pod as a process: deploy/browser, as its image has it."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import playwright

from taskflow.embedded.ports import free_port
from taskflow.process import chromium
from tests.support.eventually import eventually

DEPLOY = Path(__file__).parents[2] / "deploy" / "browser"
DRIVER = Path(playwright.__file__).parent / "driver"


class BrowserElsewhere:
    """Keeps its address over a restart."""

    def __init__(self, folder: Path, program: Path) -> None:
        # A copy: the image's links point into the image.
        self._scripts = Path(shutil.copytree(DEPLOY, folder / "browser"))
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PLAYWRIGHT_BROWSERS_PATH": str(folder / "browsers"),
            "CHROMIUM": str(program),
            "BROWSER_HOST": "127.0.0.1",
            "BROWSER_PORT": str(self._port),
            # Root cannot have Chromium's sandbox.
            "CHROMIUM_SANDBOX": "off" if os.geteuid() == 0 else "on",
        }
        subprocess.run([self._scripts / "place", DRIVER], env=self._env, check=True)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/"

    async def start(self) -> None:
        command = [self._scripts / "serve", DRIVER]
        self._process = subprocess.Popen(
            command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        await eventually(self._listens, 30)

    def kill(self) -> None:
        """With all its Chromiums, as a pod goes."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def browser_elsewhere(folder: Path) -> AsyncGenerator[BrowserElsewhere]:
    program = chromium.find()
    assert program is not None
    server = BrowserElsewhere(folder, program)
    await server.start()
    try:
        yield server
    finally:
        server.kill()
