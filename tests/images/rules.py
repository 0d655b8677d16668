"""What must be true of deploy/Dockerfile, whatever is in it."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points

from tests.images.dockerfile import IGNORE, ROOT, TARGETS, Dockerfile

LOWEST_UID = 10_001
PORTS: Mapping[str, set[int]] = {
    "gateway": {8000, 8001},
    "agent": {8001},
    "tools": {8001, 8002},
    "scheduler": {8001},
    "browser": {3000},
    "simulators": {8100},
    "migrate": set(),
}
LABELS = ("title", "description", "version", "revision", "created", "base.name")
_COMPILERS = re.compile(r"\b(gcc|g\+\+|build-essential|clang|make|cargo|python3-dev)\b")


def faults(of: Dockerfile) -> Iterator[str]:
    """A line for each; names the target."""
    if missing := set(TARGETS) - set(of.stages):
        yield f"no target {', '.join(sorted(missing))}"
        return
    for name, value in of.arguments.items():
        if not re.fullmatch(r"[\w./-]+:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?", value):
            yield f"{name}={value} names no tag, or latest"
    for stage in of.stages.values():
        if stage.base not in of.stages and not stage.base.startswith("${"):
            yield f"{stage.name}: its base {stage.base} is no argument, so no digest can be given"
        yield from (f"{stage.name}: {what}" for what in _copies(of, stage.name))
    for target in TARGETS:
        yield from (f"{target}: {what}" for what in _target(of, target))


def _target(of: Dockerfile, target: str) -> Iterator[str]:
    user = of.last(target, "USER")
    uid = user.text.partition(":")[0] if user else ""
    if not uid.isdecimal() or int(uid) < LOWEST_UID:
        yield f"USER is {uid or 'root'}, not a number above {LOWEST_UID - 1}"
    if of.ports(target) != PORTS[target]:
        yield f"EXPOSE tells {sorted(of.ports(target))}, but it listens on {sorted(PORTS[target])}"
    labels = " ".join(one.text for one in of.all(target, "LABEL"))
    for label in LABELS:
        if f"org.opencontainers.image.{label}=" not in labels:
            yield f"no label org.opencontainers.image.{label}"
    stop = of.last(target, "STOPSIGNAL")
    if stop is None or stop.text != "SIGTERM":
        yield "STOPSIGNAL is not SIGTERM"
    if of.last(target, "HEALTHCHECK") is None:
        yield "no HEALTHCHECK, nor NONE"
    for run in of.all(target, "RUN"):
        if found := _COMPILERS.search(run.text):
            yield f"{found[1]} comes into the image"
    lock = ROOT / "deploy" / "locks" / f"{target}.lock"
    installs = f"install.sh packages {target} /opt/venv"
    if not lock.exists():
        yield f"there is no {lock.relative_to(ROOT)}"
    if not any(installs in one.text for one in of.all(f"{target}-packages", "RUN")):
        yield f"no stage {target}-packages that installs its lock"
    if not any(f"--from={target}-packages" in one.text for one in of.all(target, "COPY")):
        yield "its own packages are not copied into it"
    yield from _entry(of, target)


def _entry(of: Dockerfile, target: str) -> Iterator[str]:
    command = of.command(target)
    if target == "browser":
        scripts = [word for word in command if word.startswith("/opt/browser/")]
        for script in scripts:
            if not (ROOT / "deploy" / script.removeprefix("/opt/")).is_file():
                yield f"there is no {script}"
        if not scripts:
            yield f"starts {' '.join(command)}, which is not its server"
        return
    if command[:1] != ["taskflow"]:
        yield f"starts {' '.join(command)}, not taskflow"
    services = {one.name for one in entry_points(group="taskflow.services")}
    if target == "migrate":
        if "run" in command:
            yield "starts a service"
    elif target not in services or command[1:] != ["run", target]:
        yield f"starts {' '.join(command)}, not taskflow run {target}"


def _copies(of: Dockerfile, stage: str) -> Iterator[str]:
    kept = _kept()
    for one in of.stages[stage].instructions:
        if one.name != "COPY":
            continue
        if source := one.flag("from"):
            if source not in of.stages:
                yield f"copies from {source}, which is no stage"
            continue
        for path in one.words[:-1]:
            if not (ROOT / path).exists():
                yield f"copies {path}, which is not there"
            elif not any(path == line or path.startswith(f"{line}/") for line in kept):
                yield f"copies {path}, which .dockerignore leaves out"


def _kept() -> list[str]:
    lines = IGNORE.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!") for line in lines if line.startswith("!")]
