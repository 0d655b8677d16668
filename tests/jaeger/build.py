"""A real Jaeger v2: the one that is there, else built by Go and kept.

Version 2 is tagged v2 in a module without /v2, which Go does not take; v1.76.0 is the last tag of
the same commit as a version 2. The UI is not in the module: a page says so in its place.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from taskflow.up import jaeger
from taskflow.up.settings import UpSettings

MODULE = "github.com/jaegertracing/jaeger"
TAG, RELEASE = "v1.76.0", "v2.13.0"
_VERSION = f"{MODULE}/internal/version.latestVersion"


class Impossible(Exception):
    """There is no Jaeger here and none can be built; the text says why."""


def program() -> Path:
    """From TASKFLOW_JAEGER, the PATH, or built before; else built now. Raises Impossible."""
    if found := jaeger.find(UpSettings(taskflow_jaeger=os.environ.get("TASKFLOW_JAEGER"))):
        return found
    built = _cache() / f"jaeger-{RELEASE}"
    if not built.exists():
        _build(built)
    if wrong := jaeger.fault(built):
        raise Impossible(f"{built} {wrong}; delete it to have it built again")
    return built


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "taskflow"


def _build(into: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise Impossible("needs a Jaeger v2 in TASKFLOW_JAEGER or on the PATH, or Go to build one")
    print(f"Building Jaeger {RELEASE} with Go: once, some minutes, 85 MB in {into.parent} ...")
    # `go install` refuses a module with a replace directive, so it is built where it lies.
    listed = _run(go, "mod", "download", "-json", f"{MODULE}@{TAG}")
    into.parent.mkdir(parents=True, exist_ok=True)
    unfinished = into.with_name(f"{into.name}.unfinished")
    flags = f"-s -w -X {_VERSION}={RELEASE}"
    _run(
        go, "-C", json.loads(listed)["Dir"], "build", "-trimpath", "-ldflags", flags,
        "-o", str(unfinished), "./cmd/jaeger",
    )  # fmt: skip
    unfinished.replace(into)


def _run(*command: str) -> str:
    env = {**os.environ, "CGO_ENABLED": "0"}
    # Out of this tree, which is no module.
    done = subprocess.run(
        command, env=env, cwd="/", check=False, capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise Impossible(f"Go could not build Jaeger: {lines[-1]}")
    return done.stdout
