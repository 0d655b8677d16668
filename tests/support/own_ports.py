"""The suite reaches only what it started itself: every other connection is refused and told.

An audit hook sees each connection of a Python socket, in the tests' process and in every Python
child (`guarded/sitecustomize.py`, by PYTHONPATH). What libuv or another program connects by itself
in a child passes it: to NATS_URL and DATABASE_URL, which have no default and which the suite gives.
"""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

SUITE = "OWN_PORTS_OF"
"""Of the process whose descendants belong to the suite: its id, for children."""
REFUSALS = "OWN_PORTS_REFUSALS"
"""A file: each refused connection is a line there, for the test's end to find."""
LOOPBACK = {"127.0.0.1", "::1", "localhost", "::ffff:127.0.0.1"}
NEVER_OPEN = {1, 9}
"""tcpmux and discard: addresses where tests want nobody."""
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_EPHEMERAL_FROM = 49_152
"""IANA's; where the kernel does not tell its own."""
_LOOKED_FOR = 0.5
"""Seconds; the kernel's table of all sockets is long where a test opens a thousand."""
_ours: set[str] = set()
"""Listening sockets of the suite, by inode: a port may be another's tomorrow, a socket may not."""
_looked_at: dict[int, float] = {}
"""When a port was last seen to be ours."""
_installed: list[int] = []
"""The process in which the hook is."""


class NotOurs(AssertionError):
    """A connection to something that the suite did not start."""


def install(suite: int, refusals: Path) -> None:
    """For this process and its Python children, for good: an audit hook cannot be taken out."""
    os.environ[SUITE], os.environ[REFUSALS] = str(suite), str(refusals)
    if not _installed:
        _installed.append(os.getpid())
        sys.addaudithook(_heard)


def install_in_a_child() -> None:
    if SUITE in os.environ and REFUSALS in os.environ:
        install(int(os.environ[SUITE]), Path(os.environ[REFUSALS]))


def environment() -> dict[str, str]:
    """What a child needs whose environment is made from nothing."""
    return {name: os.environ[name] for name in (SUITE, REFUSALS, "PYTHONPATH")}


def _heard(event: str, given: tuple[Any, ...]) -> None:
    if event == "socket.connect" and given[0].family in {socket.AF_INET, socket.AF_INET6}:
        refusal = _why_not(str(given[1][0]), int(given[1][1]))
        if refusal:
            with Path(os.environ[REFUSALS]).open("a", encoding="utf-8") as file:
                file.write(f"{refusal} ({' '.join(sys.orig_argv)[:200]})\n")
            raise NotOurs(refusal)


def _why_not(host: str, port: int) -> str | None:
    if host not in LOOPBACK:
        return f"a test connects to {host}"
    if time.monotonic() - _looked_at.get(port, -_LOOKED_FOR) < _LOOKED_FOR:
        return None
    sockets = _listening_sockets(port)
    if sockets and sockets <= _ours:
        _looked_at[port] = time.monotonic()
        return None
    if _is_free(port) or not (listeners := _listeners(port)):
        # Nobody is reached; but a fixed port is somebody's tomorrow.
        if port in NEVER_OPEN or port >= _ephemeral_from():
            return None
        return f"a test connects to the fixed port {port}, which somebody may have"
    if not _is_of_the_suite(port, listeners):
        return f"a test connects to port {port}, which the suite did not open"
    _ours.update(sockets)
    _looked_at[port] = time.monotonic()
    return None


def _listening_sockets(port: int) -> set[str]:
    """Inodes of what listens there; none where the kernel keeps no such table."""
    listening, local = "0A", f":{port:04X}"
    rows = (
        row.split()
        for table in _SOCKETS
        if table.exists()
        for row in table.read_text().splitlines()[1:]
    )
    return {row[9] for row in rows if row[1].endswith(local) and row[3] == listening}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except PermissionError:  # below 1024, where no port of the suite is
            return True
        except OSError:
            return False
    return True


def _ephemeral_from() -> int:
    """Where the ports begin that the kernel gives to who asks for any."""
    try:
        return int(_RANGE.read_text().split()[0])
    except OSError:
        return _EPHEMERAL_FROM


def _listeners(port: int) -> set[int | None]:
    """None for a process that only root may see. A port that is taken may have nobody yet."""
    import psutil  # costs a child its time only when it connects

    return {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port
    }


def _is_of_the_suite(port: int, listeners: set[int | None]) -> bool:
    import psutil

    suite = psutil.Process(int(os.environ[SUITE]))
    theirs = {os.getpid(), suite.pid, *(child.pid for child in suite.children(recursive=True))}
    # Whose a socket is that a service of ours holds, only root may see: services are closed to
    # programs of their own user. The kernel's range is where the suite's ports are.
    unseen = {None} if port >= _ephemeral_from() else set[None]()
    return bool(listeners & (theirs | unseen))
