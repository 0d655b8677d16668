"""Becomes a Chromium behind the walls that it is ordered to have: see `walls.py`, which orders.

Run by `confined`, in the stead of Chromium, with Chromium's arguments and one of ours. Imports only
the standard library, for it runs with `python -I -S`. What is wrong is one line on stderr and exit
code 127.
"""

import ctypes
import json
import os
import resource
import stat
import sys
from pathlib import Path
from typing import TypedDict

CANNOT = 127
NO_SANDBOX = 3
"""Exit code of a probe: the walls stand, but Chromium cannot have its own sandbox in them."""
ORDERS = "--taskflow-walls="
PROFILE = "--user-data-dir="

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    *("/etc/fonts", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/alternatives"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"),
    "/var/cache/fontconfig",
)
_CLONE_NEWUSER = 0x10000000
_PR_SET_NO_NEW_PRIVS = 38

# linux/landlock.h; the numbers of the calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_BENEATH, _PORT = 1, 2
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, list a folder
_EVERYTHING = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""Rights to files, by the version that brought them; ioctl of devices (5) stays open."""
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPED = 1 << 0 | 1 << 1  # abstract sockets and signals stay among the confined


class ConfineOrders(TypedDict):
    program: str
    bubblewrap: str | None
    user: int | None
    landlock: bool
    port: int
    """The egress proxy's: no other one can be connected to, where the kernel has this wall."""
    probe: bool
    """Only tells whether all of it can be had."""


def obey(orders: ConfineOrders, arguments: list[str]) -> None:
    # The last word is Chromium's: Playwright names the folder once.
    profile = next(
        argument.removeprefix(PROFILE) for argument in arguments if argument.startswith(PROFILE)
    )
    user, bubblewrap = orders["user"], orders["bubblewrap"]
    if user is not None and os.geteuid() == 0 and Path(profile).stat().st_uid != user:
        os.chown(profile, user, user)
    if bubblewrap is not None:
        inner = {**orders, "bubblewrap": None}
        again = [sys.executable, "-I", "-S", __file__, ORDERS + json.dumps(inner), *arguments]
        command = [bubblewrap, *_namespaces(orders, profile), "--", *again]
        os.execve(bubblewrap, command, _environment(profile))  # noqa: S606 - the point of this file
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir("/")
    if orders["landlock"]:
        _restrict(orders, profile)
    if orders["probe"]:
        usable = os.access(orders["program"], os.X_OK) and os.access(profile, os.W_OK)
        sys.exit(CANNOT if not usable else 0 if _has_user_namespaces() else NO_SANDBOX)
    os.execve(  # noqa: S606
        orders["program"], [orders["program"], *arguments], _environment(profile)
    )


def _environment(profile: str) -> dict[str, str]:
    """What variables.py has for `chromium`: nothing of ours."""
    return {
        "PATH": os.defpath,
        "HOME": profile,
        "TMPDIR": profile,
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def _namespaces(orders: ConfineOrders, profile: str) -> list[str]:
    """Bubblewrap's arguments: a root of its own with the system's programs, and nothing of ours."""
    arguments = ["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--cap-drop", "ALL", "--chdir", "/"]
    if orders["user"] is not None:
        arguments += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for folder in map(Path, SYSTEM):
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            arguments += ["--ro-bind", str(folder), str(folder)]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108
    bound = [*_SETTINGS, *_also_read(orders)]
    # The folders above what is bound would be root's alone.
    above = {folder for path in (*bound, profile) for folder in Path(path).parents}
    for folder in sorted(above - {Path("/"), Path("/tmp")}):  # noqa: S108
        if not folder.is_relative_to("/usr"):
            arguments += ["--perms", "0755", "--dir", str(folder)]
    for path in bound:
        arguments += ["--ro-bind-try", path, path]
    return [*arguments, "--bind", profile, profile]


def _also_read(orders: ConfineOrders) -> list[str]:
    """What lies elsewhere than the system: this file, its Python, Chromium's folder."""
    chromium = Path(orders["program"])
    python = (sys.base_prefix, sys.prefix, os.path.realpath(sys.executable), sys.executable)
    wanted = [__file__, *python, str(chromium.parent), str(chromium.resolve().parent)]
    return sorted(
        {path for path in wanted if Path(path).parts[1:2] not in {("usr",), ("bin",), ("sbin",)}}
    )


def _restrict(orders: ConfineOrders, profile: str) -> None:
    """Landlock: reads the system, writes its profile, connects to the proxy."""
    version = landlock_version()
    rights = _EVERYTHING[min(version, max(_EVERYTHING))]
    net = _BIND_TCP | _CONNECT_TCP if version >= 4 else 0
    scoped = _SCOPED if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = (ctypes.c_uint64 * 3)(rights, net, scoped)
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    readable = [*SYSTEM, "/etc", "/proc", "/sys", *_SETTINGS, *_also_read(orders)]
    for path in readable:
        _allow(ruleset, path, _READ)
    # /proc: Chromium's sandbox writes its own uid_map. Whom else, the owner of a file decides.
    for path in (profile, "/dev", "/proc"):
        _allow(ruleset, path, rights)
    if net:
        port = (ctypes.c_uint64 * 2)(_CONNECT_TCP, orders["port"])
        _call(_ADD_RULE, ruleset, _PORT, port, 0)
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def landlock_version() -> int:
    """0 where the kernel has none, or hides it."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= 1 << 0 | 1 << 2  # a file has no entries
        rule = ctypes.create_string_buffer(
            rights.to_bytes(8, sys.byteorder) + descriptor.to_bytes(4, sys.byteorder), 12
        )
        _call(_ADD_RULE, ruleset, _BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    done = _libc().syscall(number, *arguments)
    if done < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return done


def _has_user_namespaces() -> bool:
    return _libc().unshare(_CLONE_NEWUSER) == 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    (ours,) = (argument for argument in given if argument.startswith(ORDERS))
    try:
        obey(
            json.loads(ours.removeprefix(ORDERS)),
            [argument for argument in given if argument is not ours],
        )
    except (OSError, StopIteration) as error:
        print(f"cannot confine: {error}", file=sys.stderr)  # noqa: T201 - its only voice
        sys.exit(CANNOT)
