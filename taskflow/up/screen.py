"""What a person sees of `taskflow up`: progress, then one table, then the services' own lines."""

from collections import deque
from contextlib import suppress
from itertools import cycle
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

HELD_LINES = 500
WIDE = 500
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green")


class Screen:
    """A terminal that went away stops nobody: what cannot be shown is dropped."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._status: Status | None = None
        self._doing = ""
        self._held: deque[tuple[str, str]] | None = deque(maxlen=HELD_LINES)
        self._colours: dict[str, str] = {}
        self._palette = cycle(_COLOURS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_progress()

    def progress(self, what: str) -> None:
        if what == self._doing:
            return
        self._doing = what
        with suppress(OSError):
            if not self._console.is_terminal:
                self._console.print(f"{what} ...")
            elif self._status is None:
                self._status = self._console.status(f"{what} ...")
                self._status.start()
            else:
                self._status.update(f"{what} ...")

    def hear(self, name: str, line: str) -> None:
        """A service's line; held back until the table stands."""
        if self._held is not None:
            self._held.append((name, line))
        else:
            self._show(name, line)

    def say(self, text: str, style: str = "") -> None:
        self._end_progress()
        with suppress(OSError):
            self._console.print(Text(text, style=style), soft_wrap=True)

    def ready(self, rows: list[tuple[str, str]], notes: list[str]) -> None:
        """The services' first lines, then the table, so that the table stands last."""
        self._end_progress()
        held, self._held = self._held or deque[tuple[str, str]](), None
        for name, line in held:
            self._show(name, line)
        table = Table(title="TaskFlow is ready", title_justify="left", show_header=False)
        table.add_column(style="bold", no_wrap=True)
        # A URL that is cut or folded cannot be clicked.
        table.add_column(no_wrap=True)
        for what, where in rows:
            table.add_row(what, Text(where))
        with suppress(OSError):
            self._wide().print(table)
            for note in notes:
                self._console.print(Text(note, style="yellow"), soft_wrap=True)
            self._console.print(Text("Ctrl-C stops all of it.", style="bold"))

    def _wide(self) -> Console:
        """The same terminal, but long lines are its to fold."""
        shown = self._console
        return Console(
            file=shown.file, force_terminal=shown.is_terminal, highlight=False, width=WIDE
        )

    def _show(self, name: str, line: str) -> None:
        colour = self._colours.setdefault(name, next(self._palette))
        with suppress(OSError):
            rendered = Text.assemble((f"{name:>10} | ", colour), Text.from_ansi(line))
            self._console.print(rendered, soft_wrap=True)

    def _end_progress(self) -> None:
        if self._status is not None:
            with suppress(OSError):
                self._status.stop()
            self._status = None
