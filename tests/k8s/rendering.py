"""Overlays rendered by kubectl, or by kustomize where only that is here."""

import pickle
import shutil
import subprocess
from functools import cache

import yaml

from tests.k8s.house import ROOT
from tests.k8s.manifests import Document

_FOLDERS = {
    "local": ROOT / "deploy" / "k8s" / "overlays" / "local",
    "production": ROOT / "deploy" / "k8s" / "overlays" / "production",
    "rest": ROOT / "tests" / "k8s" / "overlays" / "rest",
}
OVERLAYS = tuple(_FOLDERS)
MISSING = "neither kubectl nor kustomize is on the PATH"


class Unrendered(Exception):
    """The overlay cannot be rendered; the text is the program's own."""


def command() -> list[str] | None:
    """None where there is no program for it."""
    if kubectl := shutil.which("kubectl"):
        return [kubectl, "kustomize"]
    if kustomize := shutil.which("kustomize"):
        return [kustomize, "build"]
    return None


@cache
def rendered(overlay: str) -> str:
    """Raises Unrendered."""
    program = command()
    if program is None:
        raise Unrendered(MISSING)
    done = subprocess.run(
        [*program, str(_FOLDERS[overlay])], check=False, capture_output=True, text=True
    )
    # A warning today is a failure of the next release of the program.
    if done.returncode or done.stderr:
        raise Unrendered(done.stderr.strip() or "it said nothing")
    return done.stdout


def documents(overlay: str) -> list[Document]:
    """Fresh ones: a test may break them."""
    return pickle.loads(_pickled(overlay))


@cache
def _pickled(overlay: str) -> bytes:
    """Twenty times as fast to read again as YAML."""
    return pickle.dumps(list(yaml.load_all(rendered(overlay), Loader=yaml.CSafeLoader)))
