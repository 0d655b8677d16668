"""A waterfall as a PNG: what the terminal shows, drawn by Chromium."""

import io
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from taskflow.cli.past.trace_drawing import drawing
from taskflow.process import chromium
from taskflow.waterfall.bars import Waterfall

COLUMNS = 186
_WIDTH_PX, _LINE_PX = 1500, 16


def picture(found: Waterfall, source: str, into: Path) -> None:
    program = chromium.find()
    assert program, f"a picture needs a Chromium: {chromium.HOW}"
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(drawing(found, source, COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "trace.svg"
        page.write_text(console.export_svg(title="taskflow trace", theme=MONOKAI))
        height = _LINE_PX * (len(found.bars) + 5)
        subprocess.run(
            [
                program, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
                f"--window-size={_WIDTH_PX},{height}", f"--screenshot={into.absolute()}",
                page.as_uri(),
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
