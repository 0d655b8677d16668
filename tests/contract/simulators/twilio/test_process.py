"""The simulators as the process that `taskflow run simulators` starts."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from simulators.server import listen
from tests.support.eventually import eventually

START = "from simulators.app import main; main()"


async def start(port: int, home: Path) -> asyncio.subprocess.Process:
    environment = os.environ | {"TASKFLOW_SIM_PORT": str(port), "TASKFLOW_HOME": str(home)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", START, env=environment, stderr=asyncio.subprocess.PIPE
    )


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_at_once_and_without_a_complaint(
    tmp_path: Path, number: signal.Signals
) -> None:
    with listen(0) as free:
        port = free.getsockname()[1]
    process = await start(port, tmp_path)
    await eventually(lambda: answers(port), seconds=30)
    async with aiohttp.ClientSession() as http:
        page = await http.get(f"http://127.0.0.1:{port}/phone/events")
        assert (await page.content.readline()).startswith(b"data: ")
        process.send_signal(number)
        _, complaints = await asyncio.wait_for(process.communicate(), 10)
        page.close()

    assert process.returncode == 0
    assert b"Traceback" not in complaints


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with listen(0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        process = await start(port, tmp_path)
        _, complaints = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == 1
    assert f"port {port} is taken" in complaints.decode()
