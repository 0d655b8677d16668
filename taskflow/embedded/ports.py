"""Loopback ports: is one free, and if not, who has it."""

import errno
import socket
from contextlib import suppress

import psutil

from taskflow.errors import Configuration

LOOPBACK = "127.0.0.1"
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody had a moment ago, and that nobody in this process was given before."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def is_free(port: int) -> bool:
    return _refusal(port) is None


def require_free(port: int, setting: str) -> None:
    """Raises Configuration that names the port, its holder if that can be seen, its setting."""
    match _refusal(port):
        case None:
            return
        case errno.EADDRINUSE:
            what = f"is taken{_by_whom(port)}"
        case errno.EACCES | errno.EPERM:
            what = "may not be opened by this user"
        case number:
            what = f"cannot be opened ({errno.errorcode.get(number, number)})"
    raise Configuration(f"port {port} {what}: set {setting} to a free one")


def _refusal(port: int) -> int | None:
    """Tried on every address: a listener on any of them would take somebody's calls."""
    with socket.socket() as probe:
        # Connections of an earlier run that linger in TIME_WAIT hold no port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return None


def _by_whom(port: int) -> str:
    with suppress(psutil.Error, OSError):
        for found in psutil.net_connections("tcp"):
            listens_here = found.status == psutil.CONN_LISTEN and found.laddr[1:] == (port,)
            if listens_here and found.pid:
                return f" by {psutil.Process(found.pid).name()} (process {found.pid})"
    return ""
