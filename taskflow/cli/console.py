"""A console whose texts cannot act on the terminal; apart from output.py, for rich takes time."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from taskflow.foreign_text import for_terminal


class SafeConsole(Console):
    """Reads no markup and no emoji names, and writes out what acts in any text it prints.

    Styles are given as rich's own (`Text`, `style=`), never within a text.
    """

    def __init__(
        self, *, stderr: bool = False, soft_wrap: bool = False, width: int | None = None
    ) -> None:
        super().__init__(
            stderr=stderr,
            soft_wrap=soft_wrap,
            width=width,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(for_terminal(segment.text, lines=True), segment.style)
