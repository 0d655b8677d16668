"""What the cuts showed."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a power cut took or changed."""

    what: str
    cycle: int
    event_id: UUID | None = None
    stream: str = ""
    version: int = 0

    def __str__(self) -> str:
        event = f" event {self.event_id}, {self.stream} version {self.version}"
        return f"cycle {self.cycle}: {self.what}{event if self.event_id else ''}"


@dataclass(slots=True)
class Verdict:
    """Of one server's cuts. `lost` counts events, `wrong` what is there but not as it was."""

    name: str
    seed: int
    cuts: int = 0
    damaged: int = 0
    """Cuts after which the store was also deleted or its bytes flipped."""
    acknowledged: int = 0
    unanswered: int = 0
    """Appends that the cut left without an answer; asked again by slot."""
    rewound: int = 0
    """Times that the bus had lost something and was filled from the log again."""
    lost: int = 0
    wrong: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add_lost(self, findings: Iterable[Finding]) -> None:
        self.lost += self._keep(findings)

    def add_wrong(self, findings: Iterable[Finding]) -> None:
        self.wrong += self._keep(findings)

    @property
    def good(self) -> bool:
        return not self.lost and not self.wrong

    def _keep(self, findings: Iterable[Finding]) -> int:
        new = list(findings)
        self.findings += new[: max(0, 5 - len(self.findings))]
        return len(new)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "findings": [str(finding) for finding in self.findings]}


_COLUMNS = (
    *("cuts", "damaged", "acknowledged", "unanswered", "rewound", "lost", "wrong"),
    "seconds",
)


def table(verdicts: Iterable[Verdict]) -> str:
    rows = [["", *_COLUMNS]]
    rows += [
        [verdict.name, *(f"{getattr(verdict, column):.0f}" for column in _COLUMNS)]
        for verdict in verdicts
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
