import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import nats
import psutil
import pytest

from taskflow.bus.durability import syncs_always
from taskflow.embedded import nats as embedded
from taskflow.embedded.nats import EmbeddedNats
from taskflow.embedded.ports import free_port
from taskflow.errors import Configuration
from tests.support.eventually import eventually
from tests.support.processes import has_ended

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
HOLD_OPEN = """
import signal, sys
from pathlib import Path
from taskflow.embedded.nats import EmbeddedNats

server = EmbeddedNats(Path(sys.argv[1]))
server.start()
print(server.pid, server.url, flush=True)
signal.pause()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / 'a "quoted" home, $HOME and ü'


@pytest.fixture
def server(home: Path) -> Generator[EmbeddedNats]:
    server = EmbeddedNats(home)
    yield server
    server.stop()


async def publish(url: str) -> int:
    """The sequence that the stream gave it."""
    client = await nats.connect(url, allow_reconnect=False)
    try:
        jetstream = client.jetstream()
        await jetstream.add_stream(name="NOTES", subjects=["notes.>"])
        return (await jetstream.publish("notes.a", b"kept")).seq
    finally:
        await client.close()


@pytest.fixture
def stranger() -> Generator[socket.socket]:
    """Another program's port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


async def test_a_restart_keeps_the_messages_and_the_url(server: EmbeddedNats) -> None:
    server.start()
    url = server.url
    assert await publish(url) == 1
    server.stop()
    assert not server.alive()

    server.start()

    assert server.url == url
    assert await publish(url) == 2


async def test_a_killed_server_keeps_what_it_acknowledged(server: EmbeddedNats) -> None:
    server.start()
    await publish(server.url)
    assert server.process
    server.process.kill()
    await eventually(lambda: not server.alive())

    server.stop()
    server.start()

    assert await publish(server.url) == 2


def test_it_writes_before_it_acknowledges(server: EmbeddedNats) -> None:
    server.start()
    assert syncs_always(server.monitor_url)


def test_it_listens_on_loopback_only(server: EmbeddedNats) -> None:
    server.start()
    listening = psutil.Process(server.pid).net_connections("inet")
    assert {c.laddr[0] for c in listening if c.laddr} == {"127.0.0.1"}


def test_strangers_lack_the_password(server: EmbeddedNats, home: Path) -> None:
    server.start()
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 5) as us, us.makefile("rb") as answers:
        us.sendall(b"CONNECT {}\r\nPING\r\n")
        assert answers.readline().startswith(b"INFO ")
        assert answers.readline() == b"-ERR 'Authorization Violation'\r\n"
    for file in ("access.json", "nats.json"):
        assert stat.S_IMODE((home / "nats" / file).stat().st_mode) == 0o600


def test_a_given_port_that_is_taken_is_refused(home: Path, stranger: socket.socket) -> None:
    port = stranger.getsockname()[1]
    with pytest.raises(Configuration, match=f"port {port} for NATS is taken"):
        EmbeddedNats(home, port).start()


def test_a_port_taken_between_look_and_bind_is_never_mistaken_for_ours(
    home: Path, stranger: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "is_free", lambda _: True)
    with pytest.raises(Configuration, match=r"NATS did not start: .*address already in use"):
        EmbeddedNats(home, stranger.getsockname()[1]).start()


async def test_a_remembered_port_that_is_taken_gives_way_to_another(server: EmbeddedNats) -> None:
    server.start()
    await publish(server.url)
    port = int(server.url.rpartition(":")[2])
    server.stop()
    with socket.create_server(("127.0.0.1", port)):
        server.start()

        assert not server.url.endswith(f":{port}")
        assert await publish(server.url) == 2


async def test_a_given_port_is_used(home: Path) -> None:
    port = free_port()
    with EmbeddedNats(home, port) as server:
        assert server.url.endswith(f":{port}")
        assert await publish(server.url) == 1


def test_two_owners_of_one_home_are_refused(server: EmbeddedNats, home: Path) -> None:
    server.start()
    other = EmbeddedNats(home)
    with pytest.raises(Configuration, match=f"in use .process {os.getpid()}."):
        other.start()
    other.stop()
    assert server.alive()


def test_a_damaged_memory_of_the_access_is_made_anew(server: EmbeddedNats, home: Path) -> None:
    (home / "nats").mkdir(parents=True)
    (home / "nats" / "access.json").write_text('{"user": "taskf')
    server.start()
    assert server.alive()


async def test_it_ends_with_the_process_that_started_it(server: EmbeddedNats, home: Path) -> None:
    starter = _hold_open(home)
    assert starter.stdout
    pid, url = starter.stdout.readline().split()
    await publish(url)
    starter.kill()
    starter.communicate()

    await eventually(lambda: has_ended(int(pid)))
    server.start()
    assert await publish(server.url) == 2


async def test_a_server_whose_starter_died_is_waited_out(server: EmbeddedNats, home: Path) -> None:
    starter = _hold_open(home)
    assert starter.stdout
    pid, url = starter.stdout.readline().split()
    await publish(url)
    # Stopped, it cannot obey the signal that its starter's death sends: it must be killed.
    os.kill(int(pid), signal.SIGSTOP)
    starter.kill()
    starter.communicate()
    try:
        embedded_patience = pytest.MonkeyPatch()
        embedded_patience.setattr(embedded, "STRAY_SECONDS", 0.1)
        embedded_patience.setattr(embedded, "_STOP", ((signal.SIGTERM, 0.1),))
        server.start()
    finally:
        embedded_patience.undo()

    assert has_ended(int(pid))
    assert await publish(server.url) == 2


def _hold_open(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD_OPEN, str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
