"""How long work shows that it goes on: on standard error, and only where somebody looks at it."""

from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn

from taskflow.cli.console import SafeConsole


def progress(*columns: ProgressColumn) -> Progress:
    """A description and a bar, then what the command counts."""
    console = SafeConsole(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
