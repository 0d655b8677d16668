"""The guard in `tests/conftest.py`: what the suite did not open is refused, in children too."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import aiohttp
import psutil
import pytest
import requests

from tests.support import own_ports
from tests.support.own_ports import NotOurs

CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)"
LISTEN = """
import os, socket, sys
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()
"""
POST = """
import sys, asyncio, aiohttp, uvloop
async def post():
    async with aiohttp.ClientSession() as http:
        await http.post(f"http://127.0.0.1:{sys.argv[1]}/webhook", data={"Body": "hello"})
uvloop.run(post())
"""
# A process that leaves the suite's tree, as whatever else runs on the machine is outside of it.
ELSEWHERE = f"""
import os, subprocess, sys
if os.fork():
    os._exit(0)
os.setsid()
exec({LISTEN!r})
"""


@pytest.fixture
def stranger() -> Generator[int]:
    """The port of a process that is no child of ours."""
    with subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        process.wait()
        yield port
        # Closing its stdin ends it.


@pytest.fixture
def refused(_refusals: Path) -> Generator[Path]:
    """The refusals of a test that is about them: it answers for what is there."""
    yield _refusals
    _refusals.write_text("")


def test_a_strangers_port_is_refused(stranger: int, refused: Path) -> None:
    with socket.socket() as mine, pytest.raises(NotOurs, match=f"port {stranger}, which the suite"):
        mine.connect(("127.0.0.1", stranger))
    with socket.socket() as mine, pytest.raises(NotOurs):
        mine.connect_ex(("localhost", stranger))
    with pytest.raises(NotOurs):
        requests.get(f"http://127.0.0.1:{stranger}/", timeout=5)
    assert refused.read_text().count(str(stranger)) >= 3


async def test_by_the_event_loop_too(stranger: int, refused: Path) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(NotOurs):
            await http.get(f"http://127.0.0.1:{stranger}/")
    with pytest.raises(NotOurs):
        await asyncio.open_connection("127.0.0.1", stranger)
    assert refused.read_text()


@pytest.mark.parametrize("port", [8000, 8100, 4222, 5432])
def test_a_fixed_port_is_refused_though_nobody_may_be_there(port: int, refused: Path) -> None:
    with socket.socket() as mine, pytest.raises(NotOurs, match=str(port)):
        mine.connect(("127.0.0.1", port))
    assert str(port) in refused.read_text()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "10.0.0.1"])
def test_the_outside_is_refused(host: str, refused: Path) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as mine, pytest.raises(NotOurs, match=host):
        mine.connect((host, 80))
    assert host in refused.read_text()


@pytest.mark.parametrize("script", [CONNECT, POST])
def test_a_child_is_refused_as_well_and_the_test_hears_of_it(
    stranger: int, refused: Path, script: str
) -> None:
    for port in (stranger, 8000):
        ended = subprocess.run(
            [sys.executable, "-c", script, str(port)], capture_output=True, check=False, timeout=60
        )
        assert ended.returncode == 1
        assert b"NotOurs" in ended.stderr
        assert str(port) in refused.read_text()


def test_what_the_suite_opened_is_reached_from_parent_and_child(_refusals: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mine:
        port = mine.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 5).close()
        subprocess.run([sys.executable, "-c", CONNECT, str(port)], check=True, timeout=60)
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        port = int(child.stdout.readline())
        socket.create_connection(("127.0.0.1", port), 5).close()
        subprocess.run([sys.executable, "-c", CONNECT, str(port)], check=True, timeout=60)
        assert psutil.Process(child.pid).is_running()
    assert _refusals.read_text() == ""


def test_a_port_that_was_the_suites_is_refused_once_it_is_a_strangers(
    refused: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_ports, "_LOOKED_FOR", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as mine:
        port = mine.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 5).close()
    with subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE.replace('("127.0.0.1", 0)', f'("127.0.0.1", {port})')],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert int(process.stdout.readline()) == port
        with socket.socket() as later, pytest.raises(NotOurs, match=f"port {port}"):
            later.connect(("127.0.0.1", port))
    assert str(port) in refused.read_text()


@pytest.mark.parametrize("port", [1, 9])
def test_where_nobody_ever_is_a_refused_connection_is_the_kernels(port: int) -> None:
    with socket.socket() as mine, pytest.raises(ConnectionRefusedError):
        mine.connect(("127.0.0.1", port))
