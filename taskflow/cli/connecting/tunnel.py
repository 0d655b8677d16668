"""A way in from the internet to the gateway on this machine, by a program that is installed."""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast
from urllib.parse import urlsplit

from taskflow.errors import Configuration

OPENS_WITHIN = 30.0
ENDS_WITHIN = 5.0
LONGEST_LINE = 4096
QUICK = ".trycloudflare.com"
ITS_OWN = ("NGROK_", "TUNNEL_", "XDG_", "LC_")
ALSO = frozenset({"PATH", "HOME", "USER", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
"""Of the environment, what a tunnel's program is given: keys of ours are not its business."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    arguments: tuple[str, ...]
    """Before the address that it leads to."""
    opened: Callable[[str], str | None]
    """The public URL, where a line of its output tells it."""


def quick_tunnel(line: str) -> str | None:
    """As cloudflared frames it: `2026-11-29T10:00Z INF |  https://a-b-c.trycloudflare.com  |`."""
    framed = line.split("|")
    url = framed[1].strip() if len(framed) == 3 else ""
    return url if _origin(url) and url.endswith(QUICK) else None


def started_tunnel(line: str) -> str | None:
    """As ngrok tells it: {"lvl":"info","msg":"started tunnel","url":"https://…"}."""
    try:
        parsed: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    facts = cast("dict[str, object]", parsed)
    url = facts.get("url") if facts.get("msg") == "started tunnel" else None
    return url if isinstance(url, str) and _origin(url) else None


PROGRAMS = (
    Program("cloudflared", ("tunnel", "--no-autoupdate", "--url"), quick_tunnel),
    Program("ngrok", ("http", "--log=stdout", "--log-format=json"), started_tunnel),
)


@dataclass(frozen=True, slots=True)
class Tunnel:
    url: str
    program: str
    process: subprocess.Popen[str]


@contextmanager
def tunnel(port: int) -> Generator[Tunnel]:
    """Open until the block is left. Raises Configuration where none can be opened."""
    program, path = _installed()
    process = subprocess.Popen(  # noqa: S603 - of PROGRAMS, by the operator's PATH
        [path, *program.arguments, f"http://127.0.0.1:{port}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={name: value for name, value in os.environ.items() if _is_its_business(name)},
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        yield Tunnel(_url(program, process, port), program.name, process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """With all that it started: they are a group of their own."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN)


def _installed() -> tuple[Program, str]:
    for program in PROGRAMS:
        if path := shutil.which(program.name):
            return program, path
    names = " nor ".join(program.name for program in PROGRAMS)
    raise Configuration(f"neither {names} is on the PATH; docs/tutorials/real-phone.md says how")


def _url(program: Program, process: subprocess.Popen[str], port: int) -> str:
    opened_urls: queue.Queue[str | None] = queue.Queue()
    if process.stdout is None:
        raise RuntimeError("started without a pipe")
    threading.Thread(target=_read, args=(program, process.stdout, opened_urls), daemon=True).start()
    try:
        url = opened_urls.get(timeout=OPENS_WITHIN)
    except queue.Empty:
        url = None
    if url is None:
        # Its own words are not shown: ngrok quotes a wrong key.
        command = " ".join((program.name, *program.arguments, f"http://127.0.0.1:{port}"))
        raise Configuration(f"{program.name} opened no tunnel; run `{command}` to see why")
    return url


def _read(program: Program, output: IO[str], opened_urls: queue.Queue[str | None]) -> None:
    """To the end, so that the program never waits for a reader; None when it ends."""
    with output:
        while line := output.readline(LONGEST_LINE):
            if url := program.opened(line):
                opened_urls.put(url)
    opened_urls.put(None)


def _is_its_business(name: str) -> bool:
    return name.upper() in ALSO or name.startswith(ITS_OWN)


def _origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and f"{parts.scheme}://{parts.netloc}" == url
