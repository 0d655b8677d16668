"""kube-apiserver and etcd, built by Go from their modules: once, and kept."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.k8s.tools import Unavailable, cache

KUBERNETES = "v1.37.2"
ETCD = "v3.7.3"
_STAGED = re.compile(r"(?m)^\t(k8s\.io/[a-z0-9-]+) => \./staging")


def kube_apiserver() -> Path:
    """Raises Unavailable."""
    module = "k8s.io/kubernetes"
    staged = KUBERNETES.replace("v1.", "v0.")
    major, minor = KUBERNETES.removeprefix("v").split(".")[:2]
    stamp = {"gitVersion": KUBERNETES, "gitMajor": major, "gitMinor": minor}
    flags = " ".join(f"-X k8s.io/component-base/version.{name}={of}" for name, of in stamp.items())

    def prepare(folder: Path) -> None:
        _go(folder, "mod", "download", f"{module}@{KUBERNETES}")
        kept = Path(_go(folder, "env", "GOMODCACHE").strip())
        told = (kept / f"{module}@{KUBERNETES}" / "go.mod").read_text(encoding="utf-8")
        # Its own libraries are folders beside it, which its module comes without.
        for name in _STAGED.findall(told):
            _go(folder, "mod", "edit", f"-replace={name}={name}@{staged}")
        _go(folder, "mod", "edit", f"-require={module}@{KUBERNETES}")

    return _built(f"kube-apiserver-{KUBERNETES}", f"{module}/cmd/kube-apiserver", flags, prepare)


def etcd() -> Path:
    """Raises Unavailable."""
    module = "go.etcd.io/etcd/server/v3"

    def prepare(folder: Path) -> None:
        _go(folder, "mod", "edit", f"-require={module}@{ETCD}")

    return _built(f"etcd-{ETCD}", module, "", prepare)


def _built(name: str, package: str, flags: str, prepare: Callable[[Path], None]) -> Path:
    program = cache() / name
    if program.exists():
        return program
    print(f"Building {name} with Go: once, some ten minutes, into {program.parent} ...")
    program.parent.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_name(f"{name}.unfinished")
    tools = f'//go:build tools\n\npackage build\n\nimport _ "{package}"\n'
    link = f"-s -w {flags}"
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder)
        _go(module, "mod", "init", "build")
        prepare(module)
        (module / "tools.go").write_text(tools, encoding="utf-8")
        _go(module, "mod", "tidy")
        _go(module, "build", "-trimpath", "-ldflags", link, "-o", str(unfinished), package)
    unfinished.replace(program)
    return program


def _go(folder: Path, *arguments: str) -> str:
    go = shutil.which("go")
    if go is None:
        raise Unavailable(
            "kube-apiserver and etcd are built by Go 1.26 or newer, which is not here"
        )
    env = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run(
        [go, *arguments], cwd=folder, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Unavailable(f"go {' '.join(arguments[:2])}: {lines[-1]}")
    return done.stdout
