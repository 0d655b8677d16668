"""Becomes another program that must not outlive its parent, as another user where asked.

Run by path with `python -I -S`: a start costs a few milliseconds, and nothing runs between fork and
exec of a process with threads. The first argument is a JSON object (see `LaunchOrders`), the
rest is the program. What is wrong is one line on stderr and exit code 127.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from typing import TypedDict

CANNOT = 127

# linux/prctl.h, linux/securebits.h, linux/capability.h
_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522


class LaunchOrders(TypedDict):
    parent: int
    """Who starts us; when they are gone already, so are we."""
    death_signal: int
    user: int | None
    group: int | None
    capability: int | None
    """Kept, alone, while everything else of root is given up."""
    reach: list[str]
    """Paths that the new user must be able to look into."""


def obey(orders: LaunchOrders, command: list[str]) -> None:
    if orders["user"] is not None and orders["group"] is not None:
        _become(orders["user"], orders["group"], orders["capability"])
    for path in orders["reach"]:
        if not os.access(path, os.R_OK | os.X_OK):
            movable = "install TaskFlow in" if path == command[0] else "set TASKFLOW_HOME to"
            sys.exit(
                f"user id {os.geteuid()} cannot reach {path}: {movable} a directory "
                "below none that is closed to others, or start as an ordinary user"
            )
    # A change of user clears the death signal, so it comes after; the parent may be gone by now.
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, orders["death_signal"])
    if os.getppid() != orders["parent"]:
        sys.exit(CANNOT)
    # A core file would hold what the process held: keys, texts.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Python ignores SIGPIPE, and what is ignored stays so over exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - the point of this file


def _become(user: int, group: int, capability: int | None) -> None:
    if capability is not None:
        # Keeps the capability over setuid, and in access(2), by which PostgreSQL finds itself.
        _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if capability is not None:
        _keep_only(capability)


def _keep_only(capability: int) -> None:
    low, high = (1 << capability) & 0xFFFFFFFF, 1 << capability >> 32
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable: first for capabilities 0 to 31, then for the rest
    sets = (ctypes.c_uint32 * 6)(low, low, low, high, high, high)
    if _libc().capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _libc().prctl(option, *padded) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    try:
        obey(json.loads(sys.argv[1]), sys.argv[2:])
    except OSError as error:
        print(f"cannot start {sys.argv[2]}: {error}", file=sys.stderr)  # noqa: T201 - its only voice
        sys.exit(CANNOT)
