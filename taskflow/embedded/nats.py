"""NATS with JetStream from a wheel, as a child of ours: on loopback, behind its own passwords."""

import http.client
import json
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import psutil

from taskflow import durable
from taskflow.bus import permissions
from taskflow.embedded.binaries import nats_binary
from taskflow.embedded.lock import DirectoryLock
from taskflow.embedded.logfile import LogFile
from taskflow.embedded.ports import LOOPBACK, is_free
from taskflow.embedded.privileges import PRIVATE
from taskflow.embedded.process import end_strays, spawn, stop, wait_until
from taskflow.embedded.server import Server
from taskflow.errors import Configuration
from taskflow.process import variables

START_SECONDS = 60.0
"""JetStream reads its whole store before it is ready."""
STRAY_SECONDS = 5.0
ANSWER_SECONDS = 2.0
STORE_BYTES = 1_000_000_000
"""A hundred thousand messages' events: the stream discards its oldest before (bus/store.py)."""
ANY_PORT = -1
OWNER = "taskflow"
INFO_BYTES = 16 * 1024
_STOP = ((signal.SIGTERM, 15.0),)


@dataclass(frozen=True, slots=True)
class Access:
    """How clients come in; kept, so that a URL in somebody's notes works tomorrow."""

    passwords: Mapping[str, str]
    """By user."""
    port: int


class EmbeddedNats(Server):
    """Starts from what an earlier run left, crashed or not; ends when its starter's thread does."""

    def __init__(self, home: Path, port: int | None = None, store_bytes: int = STORE_BYTES) -> None:
        """Without a port: that of the last run if it is still free, else any."""
        self._store_bytes = store_bytes
        self._home = home.resolve()
        self._folder = self._home / "nats"
        self._given_port = port
        self.store = self._folder / "jetstream"
        self._config = self._folder / "nats.json"
        self._access_file = self._folder / "access.json"
        self._ports_folder = self._folder / "ports"
        self._log = LogFile(self._home / "logs" / "nats.log")
        self._lock = DirectoryLock(self._folder / "lock", f"the NATS in {self._folder} is in use")
        self._process: subprocess.Popen[bytes] | None = None
        self._access: Access | None = None
        self._monitor: str | None = None

    @property
    def url(self) -> str:
        """Of its owner, who may do everything."""
        return self.url_of(OWNER)

    def url_of(self, user: str) -> str:
        """Of one of `permissions.USERS`."""
        if self._access is None:
            raise RuntimeError("NATS was not started")
        password = self._access.passwords[user]
        return f"nats://{user}:{password}@{LOOPBACK}:{self._access.port}"

    @property
    def monitor_url(self) -> str:
        if self._monitor is None:
            raise RuntimeError("NATS was not started")
        return self._monitor

    def start(self) -> None:
        """Returns once JetStream works. Raises Configuration with its last words."""
        try:
            for folder in (self._home, self._folder, self._log.path.parent):
                folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        except OSError as error:
            raise Configuration(f"TASKFLOW_HOME cannot be used: {error}") from None
        self._lock.__enter__()
        try:
            end_strays(self._is_ours, STRAY_SECONDS, *_STOP)
            self._run_somewhere(self._choose_access())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if not self._lock.held:
            return
        if self._process is not None:
            stop(self._process, *_STOP)
            self._process = None
        self._lock.__exit__(None, None, None)

    def _is_ours(self, process: psutil.Process) -> bool:
        return process.name() == "nats-server" and str(self._config) in process.cmdline()

    def _choose_access(self) -> Access:
        known = self._remembered()
        if self._given_port is not None:
            if not is_free(self._given_port):
                raise Configuration(f"port {self._given_port} for NATS is taken")
            return replace(known, port=self._given_port)
        if known.port != ANY_PORT and not is_free(known.port):
            return replace(known, port=ANY_PORT)
        return known

    def _remembered(self) -> Access:
        """Who is not remembered, or came with a newer release, gets a password now."""
        passwords = {user: secrets.token_urlsafe(24) for user in (OWNER, *permissions.USERS)}
        with suppress(FileNotFoundError, ValueError, TypeError):
            known = Access(**json.loads(self._access_file.read_text(encoding="utf-8")))
            return Access({**passwords, **known.passwords}, known.port)
        return Access(passwords, ANY_PORT)

    def _run_somewhere(self, access: Access) -> None:
        try:
            self._run(access)
        except Configuration:
            # The port was taken between our look and the server's; without one, it finds its own.
            if self._given_port is not None or access.port == ANY_PORT or is_free(access.port):
                raise
            self._run(replace(access, port=ANY_PORT))

    def _run(self, access: Access) -> None:
        name = f"taskflow-{secrets.token_hex(8)}"
        shutil.rmtree(self._ports_folder, ignore_errors=True)
        self._ports_folder.mkdir(mode=PRIVATE)
        _write_private(self._config, self._configuration(name, access))
        with self._log.open() as output:
            self._process = spawn(
                [nats_binary(), "-c", self._config],
                death_signal=signal.SIGTERM,
                output=output,
                env=variables.given("nats", fixed={"LC_ALL": "C"}),
            )
        process = self._process
        ready = wait_until(lambda: process.poll() is not None or self._is_ready(), START_SECONDS)
        if not ready or process.poll() is not None:
            raise Configuration(f"NATS did not start: {self._log.last_lines()}")
        port = self._bound_port()
        if _name_behind(port) != name:
            raise Configuration(f"port {port} is answered by another program than our NATS")
        self._access = replace(access, port=port)
        _write_private(self._access_file, asdict(self._access))

    def _configuration(self, name: str, access: Access) -> dict[str, Any]:
        return {
            "server_name": name,
            "host": LOOPBACK,
            "port": access.port,
            "http": f"{LOOPBACK}:{ANY_PORT}",
            "ports_file_dir": str(self._ports_folder),
            # Acknowledged means on the disk, not in a cache for the next two minutes.
            "jetstream": {
                "store_dir": str(self.store),
                "sync_interval": "always",
                "max_file_store": self._store_bytes,
            },
            "authorization": {
                "users": [
                    {"user": OWNER, "password": access.passwords[OWNER]},
                    *permissions.users(access.passwords),
                ]
            },
        }

    def _ports(self) -> dict[str, list[str]]:
        """What the server says it bound; nothing before it did."""
        for file in self._ports_folder.glob(f"*_{self.pid}.ports"):
            with suppress(ValueError):
                return cast("dict[str, list[str]]", json.loads(file.read_text(encoding="utf-8")))
        return {}

    def _is_ready(self) -> bool:
        monitor = self._ports().get("monitoring")
        if not monitor:
            return False
        self._monitor = monitor[0]
        return _is_healthy(self._monitor)

    def _bound_port(self) -> int:
        return urlsplit(self._ports()["nats"][0]).port or ANY_PORT


def _is_healthy(monitor_url: str) -> bool:
    parts = urlsplit(monitor_url)
    connection = http.client.HTTPConnection(
        parts.hostname or LOOPBACK, parts.port, timeout=ANSWER_SECONDS
    )
    with closing(connection):
        try:
            connection.request("GET", "/healthz?js-enabled-only=true")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def _name_behind(port: int) -> str | None:
    """Every NATS greets with its name; whoever else listens there does not know ours."""
    try:
        with socket.create_connection((LOOPBACK, port), ANSWER_SECONDS) as connection:
            with connection.makefile("rb") as reader:
                greeting = reader.readline(INFO_BYTES)
            info = json.loads(greeting.removeprefix(b"INFO "))
    except (OSError, ValueError):
        return None
    return cast("dict[str, str]", info).get("server_name")


def _write_private(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all: a crash or a power cut in the middle must not lose the password."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    durable.sync(unfinished)
    unfinished.replace(path)
    durable.sync(path.parent)
