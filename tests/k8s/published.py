"""Kinds that operators bring, held against the models that npm packages have of them."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.k8s.manifests import Document
from tests.k8s.tools import Unavailable, cache, run

_SOURCE = Path(__file__).parent / "models"
_FILES = ("package.json", "package-lock.json", "validate.js")


def judged(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """For each: called, state (fits, refused, unknown) and why. Raises Unavailable."""
    told = _run_node(_folder(), json.dumps([one for one in documents if is_custom(one)]))
    return [json.loads(line) for line in told.splitlines()]


def is_custom(document: Document) -> bool:
    """Kubernetes' own groups have no dot, or end with k8s.io; the Gateway API is brought."""
    group, slash, _ = document["apiVersion"].partition("/")
    own = not slash or "." not in group or group.endswith(".k8s.io")
    return not own or group == "gateway.networking.k8s.io"


def _folder() -> Path:
    files = [_SOURCE / name for name in _FILES]
    made = hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:16]
    folder = cache() / f"k8s-models-{made}"
    done = folder / ".done"
    if not done.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable("models of operators' kinds need Node 20 or newer and npm")
        folder.mkdir(parents=True, exist_ok=True)
        for one in files:
            shutil.copy(one, folder)
        run(npm, "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")
        done.touch()
    return folder


def _run_node(folder: Path, documents: str) -> str:
    node = shutil.which("node")
    if node is None:
        raise Unavailable("models of operators' kinds need Node 20 or newer")
    done = subprocess.run(
        [node, folder / "validate.js"],
        input=documents, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(f"node: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return done.stdout
