"""What the simulators of one process share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.faults import Faults
from simulators.phone.pictures import Copies
from simulators.phone.store import Phone
from simulators.settings import SimulatorSettings


@dataclass(frozen=True)
class SimContext:
    settings: SimulatorSettings
    faults: Faults
    phone: Phone
    copies: Copies
    resets: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    """Each simulator with a memory adds how to forget it; `POST /_sim/reset` calls them."""

    def reset(self) -> None:
        self.faults.clear()
        self.phone.clear()
        self.copies.clear()
        for forget in self.resets:
            forget()
