"""Where this machine's Chromium is: pages whose price is made by scripts are read in it."""

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PLACES = (
    Path("/usr/lib/chromium/chromium-headless-shell"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
HOW = (
    "run `taskflow browser`, or install Debian's chromium-headless-shell, "
    "or set TASKFLOW_CHROMIUM to a Chromium that is there"
)


def find(named: str | None = None) -> Path | None:
    """Playwright's own build, else the system's; a name or a path that is given, and no other."""
    if named:
        found = shutil.which(named)
        return Path(found) if found else None
    own = next(playwrights_own(), None)
    if own:
        return own
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else next((place for place in PLACES if place.is_file()), None)


def playwrights_own() -> Iterator[Path]:
    """Of the build that the installed Playwright was made for, and of no other."""
    for browser in _builds():
        name = str(browser["name"]).replace("-", "_")
        folder = _downloads() / f"{name}-{browser['revision']}"
        # Playwright writes the marker last: without it the download was broken off.
        if (folder / "INSTALLATION_COMPLETE").exists():
            programs = sorted(folder.glob("*/*"))
            yield from (
                program
                for program in programs
                if program.name in {"headless_shell", "chrome-headless-shell", "chrome"}
                and os.access(program, os.X_OK)
            )


def _builds() -> list[dict[str, Any]]:
    spec = importlib.util.find_spec("playwright")
    if spec is None or spec.origin is None:
        return []
    listed = Path(spec.origin).parent / "driver" / "package" / "browsers.json"
    try:
        browsers: list[dict[str, Any]] = json.loads(listed.read_text())["browsers"]
    except (OSError, ValueError, KeyError):
        return []
    wanted = ("chromium-headless-shell", "chromium")
    return [browser for name in wanted for browser in browsers if browser.get("name") == name]


def _downloads() -> Path:
    if said := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(said)
    caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / caches) / "ms-playwright"
