"""Targets of deploy/Dockerfile made here without a container engine: by its own instructions.

A stage is a folder that is /opt in a mount namespace of its own, so paths are an image's. What
comes from an engine is not tried: the base image, Debian's packages, the user.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.images.dockerfile import ROOT, Dockerfile, Instruction

OF_AN_ENGINE = ("apt-get", "useradd", "pip uninstall")
_BUILDS = 'mount --make-rprivate / && mount --bind "$1" /opt && shift && exec "$@"'
_RUNS = """
set -e
mount --make-rprivate /
mount --bind "$1" /opt
mount --bind "$2" "$2"
mount --bind /tmp /tmp
mount -o remount,bind,ro /opt
mount -o remount,bind,ro /
shift 2
exec "$@"
"""
"""As a pod with readOnlyRootFilesystem: its home and /tmp can be written to, and nothing else."""


class Impossible(Exception):
    """This machine cannot try images, and why."""


@dataclass(slots=True)
class Image:
    name: str
    root: Path
    seconds: float = 0.0
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    command: Sequence[str] = ()
    health: Sequence[str] = ()
    """Of HEALTHCHECK; empty where there is none."""

    @property
    def megabytes(self) -> float:
        """What it adds to its base, Debian's packages aside."""
        files = (path.lstat() for path in (self.root / "opt").rglob("*"))
        return sum(one.st_blocks * 512 for one in files) / 1e6

    def inside(self, home: Path, *command: str) -> list[str]:
        """A command that runs `command` in it; `home` is the one folder that outlives it."""
        return [*_namespace(), _RUNS, "sh", str(self.root / "opt"), str(home), *command]

    def said(self, home: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.inside(home, *command),
            cwd="/",
            env={**self.environment, "HOME": str(home), "TASKFLOW_HOME": str(home), **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def require() -> None:
    """Raises Impossible."""
    for place in ("/opt", "/tmp"):
        if Path(sys.base_prefix).is_relative_to(place):
            raise Impossible(f"this Python is in {place}, where an image's own files go")
    if shutil.which("unshare") is None:
        raise Impossible("no unshare: it needs Linux and util-linux")
    tried = subprocess.run(
        [*_namespace(), _BUILDS, "sh", "/usr", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        raise Impossible(f"no mount namespace to be had: {tried.stderr.strip()}")


class Builder:
    """Makes each stage once, in folders below `folder`."""

    def __init__(self, dockerfile: Dockerfile, folder: Path) -> None:
        self._dockerfile, self._folder = dockerfile, folder
        self._made: set[str] = set()

    def image(self, target: str) -> Image:
        began = time.monotonic()
        root = self._stage(target)
        seconds = time.monotonic() - began
        told = self._dockerfile
        health = told.health(target) or ()
        return Image(target, root, seconds, told.environment(target), told.command(target), health)

    def _stage(self, name: str) -> Path:
        root = self._folder / name
        if name not in self._made:
            (root / "opt").mkdir(parents=True)
            workdir = root
            for stage in self._dockerfile.chain(name):
                for one in stage.instructions:
                    if one.name == "WORKDIR":
                        workdir = root / one.text.lstrip("/")
                        workdir.mkdir(parents=True, exist_ok=True)
                    elif one.name == "COPY":
                        self._copy(one, root, workdir)
                    elif one.name == "RUN":
                        self._run(one, root, workdir)
            self._made.add(name)
        return root

    def _copy(self, one: Instruction, root: Path, workdir: Path) -> None:
        *sources, last = one.words
        within = self._stage(stage) if (stage := one.flag("from")) else ROOT
        to = (root if last.startswith("/") else workdir) / last.lstrip("/")
        for source in sources:
            found = within / source.lstrip("/")
            place = to / found.name if len(sources) > 1 or last.endswith("/") else to
            if found.is_dir() and len(sources) == 1:
                self._tree(found, to, ours=within == ROOT)
            else:
                place = to / found.name if last in {"./", "."} else place
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, place)

    @staticmethod
    def _tree(found: Path, to: Path, *, ours: bool) -> None:
        """What another stage made is linked: nobody changes it any more."""
        leave = shutil.ignore_patterns("__pycache__") if ours else None
        copy = shutil.copy2 if ours else os.link
        shutil.copytree(
            found, to, symlinks=True, ignore=leave, copy_function=copy, dirs_exist_ok=True
        )

    def _run(self, one: Instruction, root: Path, workdir: Path) -> None:
        if any(word in one.text for word in OF_AN_ENGINE):
            return
        told = self._dockerfile.environment(root.name)
        script = " ".join(word for word in one.text.split(" ") if not word.startswith("--mount"))
        done = subprocess.run(
            [*_namespace(), _BUILDS, "sh", str(root / "opt"), "sh", "-c", script],
            cwd=workdir,
            env={**os.environ, **told, "PATH": os.environ["PATH"], "PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{root.name}: {script}: {done.stdout}{done.stderr}")


def _namespace() -> list[str]:
    mine = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--mount", *mine, "sh", "-c"]
