"""A tunnel is opened, waited for and ended with the command.

What cloudflared and ngrok print is played by stand-ins on the PATH: neither is here.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.contract.taskflow.cli.connecting.world import (
    House,
    ended,
)
from tests.support.eventually import eventually

pytestmark = pytest.mark.long


def stand_in(folder: Path, name: str, prints: str) -> str:
    """A program that prints as the real one does, and runs until it is ended."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    script = programs / name
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, sys, time\n"
        f"pathlib.Path({str(folder / 'pid')!r}).write_text(str(os.getpid()))\n"
        f"pathlib.Path({str(folder / 'env')!r}).write_text(repr(dict(os.environ)))\n"
        f"{prints}\n"
        "time.sleep(600)\n"
    )
    script.chmod(0o755)
    return str(programs)


NGROK = """
import json
print(json.dumps({"lvl": "info", "msg": "no configuration paths supplied"}))
print(json.dumps({"lvl": "info", "msg": "started tunnel", "obj": "tunnels", "name": "command_line",
    "addr": sys.argv[-1], "url": sys.argv[-1]}), flush=True)
print("x" * 1_000_000, flush=True)
"""
CLOUDFLARED = """
frame = "2026-11-29T10:00:00Z INF +" + "-" * 60 + "+"
err = sys.stderr
print("2026-11-29T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...", file=err)
print(frame, file=err)
print("2026-11-29T10:00:00Z INF |  Your quick Tunnel has been created! Visit it at:  |", file=err)
print("2026-11-29T10:00:00Z INF |  https://no-such-name-here.trycloudflare.com       |", file=err)
print(frame, file=err, flush=True)
"""


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
async def test_a_tunnel_stands_while_the_command_runs(house: House, sent: signal.Signals) -> None:
    path = stand_in(house.folder, "ngrok", NGROK)
    process = await house.start("--tunnel", PATH=path, PUBLIC_URL="")
    err = ""
    while "until Ctrl-C" not in err:
        line = await asyncio.wait_for(process.stderr.readline(), 60)
        assert line, err
        err += line.decode()
    pid = int((house.folder / "pid").read_text())
    assert not is_gone(pid)
    process.send_signal(sent)
    ran = await ended(process)

    assert (ran.code, ran.wrong) == (0, set()), ran.out + ran.err
    assert f"Set PUBLIC_URL={house.public_url} in .env" in err
    assert "TWILIO" not in (house.folder / "env").read_text()
    await eventually(lambda: is_gone(pid))


async def test_a_tunnel_that_nobody_stands_behind_is_waited_for(house: House) -> None:
    path = stand_in(house.folder, "cloudflared", CLOUDFLARED)
    process = await house.start("--tunnel", PATH=path)
    line = await asyncio.wait_for(process.stderr.readline(), 60)
    assert line.decode() == "The tunnel is https://no-such-name-here.trycloudflare.com\n"
    pid = int((house.folder / "pid").read_text())
    process.send_signal(signal.SIGINT)
    ran = await ended(process)

    assert (ran.code, ran.out) == (1, "")
    await eventually(lambda: is_gone(pid))


@pytest.mark.parametrize(
    ("prints", "says"),
    [
        ("sys.exit('your authtoken is a-secret-of-ngroks')", "ngrok opened no tunnel; run `ngrok"),
        (NGROK + "sys.exit(0)", "ngrok ended by itself"),
    ],
)
async def test_a_tunnel_that_fails_is_told(house: House, prints: str, says: str) -> None:
    ran = await house.connect("--tunnel", PATH=stand_in(house.folder, "ngrok", prints))

    assert ran.code == 1
    assert says in ran.err
    assert "a-secret-of-ngroks" not in ran.out + ran.err


async def test_without_a_program_no_tunnel_is_tried(house: House) -> None:
    ran = await house.connect("--tunnel", PATH=str(house.folder))

    assert ran.code == 1
    assert "neither cloudflared nor ngrok is on the PATH" in ran.err
