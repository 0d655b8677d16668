"""`make bench`: every section in a process of its own; JSON, a table and a plot in docs/.

python -m benchmarks.run [--only append,relay] [--quick] [--no-docs]
"""

import argparse
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import uvloop

from benchmarks import report
from benchmarks.figures import Figure, load, save

SECTIONS = (
    "append",
    "relay",
    "consumer",
    "reminders",
    "webhooks",
    "turns",
    "work",
    "telemetry",
    "in_flight",
    "idle",
    "growth",
    "replay",
    "monolith",
)
"""Modules beside this one; each has `async def measure(*, quick: bool) -> list[Figure]`."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, by comma")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all")
    parser.add_argument("--no-docs", action="store_true", help="print only")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    names = [name.strip() for name in asked.only.split(",")]
    if unknown := sorted(set(names) - set(SECTIONS)):
        parser.error(f"no section {', '.join(unknown)}; there are: {', '.join(SECTIONS)}")
    if asked.into:
        section = import_module(f"benchmarks.{names[0]}")
        save(uvloop.run(section.measure(quick=asked.quick)), asked.into)
        return
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names:
        print(f"-- {name}", flush=True)
        measured = _in_a_process(name, quick=asked.quick)
        if measured is None:
            failed.append(name)
            continue
        figures += measured
        report.show(measured)
    if not asked.no_docs and not asked.quick:
        report.write(figures, sections=SECTIONS)
    if failed:
        sys.exit(f"did not come to an end: {', '.join(failed)}")


def _in_a_process(name: str, *, quick: bool) -> list[Figure] | None:
    """Sections share no memory, loop or server; one that fails does not stop the others."""
    with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as folder:
        into = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks.run", "--only", name, "--into", str(into)]
        ended = subprocess.run([*command, *(["--quick"] if quick else [])], check=False)
        if ended.returncode or not into.exists():
            return None
        return load(into)


if __name__ == "__main__":
    main()
