"""Where the measures' public data sets stand: beside the project, never in it."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = "TASKFLOW_MEASURES"


def folder() -> Path:
    """TASKFLOW_MEASURES, or `shared/data` beside the project."""
    return Path(os.environ.get(PLACE) or ROOT.parent / "shared" / "data")


def lacking(name: str) -> str | None:
    """Why this set cannot be measured, or None where it can."""
    place = folder() / name
    return None if place.is_dir() else f"{place} is not there (set {PLACE} to where it is)"
