"""What a measure comes to, and how it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    figures: Mapping[str, str]
    """By what was counted, the figure as it is shown."""
    holds: bool
    """Whether what was set as the aim is reached."""
    details: tuple[str, ...] = field(default=())
    """One line for each input that is wrong or refused, for who asks why."""


def share(part: int, whole: int) -> str:
    """As "12 of 592 (2.0 %)"."""
    return f"{part} of {whole} ({part / whole:.1%})" if whole else f"{part} of 0"


def shown(measures: Iterable[Measure]) -> str:
    """A line for each figure, with the measure's name before the first."""
    lines: list[str] = []
    for measure in measures:
        lines.append(f"{measure.name}: {'holds' if measure.holds else 'DOES NOT HOLD'}")
        lines += [f"  {what}: {figure}" for what, figure in measure.figures.items()]
    return "\n".join(lines)
