"""What a judge of lanes knows of each sender of ours, apart from what the lane makes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(eq=False)
class AtSender:
    heard: int = 0
    heard_at: datetime | None = None
    refuted: int = 0
    """The latest claim from it that WhatsApp's window refused."""
    consents: bool = True
    consented: int = 0
    told: bool = False
    held_since_stop: set[UUID] = field(default_factory=set[UUID])

    def withdraws(self) -> None:
        assert self.consents, "consent was withdrawn twice"
        self.consents, self.told = False, False
        self.held_since_stop.clear()


class SenderBooks:
    """`now`: at the sender that was written to last."""

    def __init__(self) -> None:
        self.now = AtSender()
        self.name: str | None = None
        self.retired = False
        """Whether the settings may have taken one out: then the default may speak for it."""
        self._all: dict[str | None, AtSender] = {None: self.now}

    def of(self, sender: str | None) -> AtSender:
        """Who is named first is the one that nobody named before."""
        if sender and self.name is None:
            self.name = sender
            self._all[sender] = self._all[None]
        return self._all.setdefault(sender, AtSender())

    def is_written_to(self, sender: str | None) -> bool:
        """Whether that is another than before."""
        before, self.now = self.now, self.of(sender)
        self.name = sender or self.name
        return before is not self.now

    def may_speak(self, sender: str | None) -> bool:
        return self.retired or self.of(sender) is self.now

    def is_unheard(self, sender: str | None) -> bool:
        """Though another was written to."""
        return not self.of(sender).heard and any(each.heard for each in self._all.values())

    def free(self) -> None:
        """A message released what was held, whichever STOP it was held for."""
        for each in self._all.values():
            each.held_since_stop.clear()

    @property
    def heard(self) -> int:
        return max(each.heard for each in self._all.values())
