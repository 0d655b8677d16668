"""A lane in which reminders were held, and their user has just written: they go in one message."""

from datetime import timedelta

from tests.support.lanes import Lanes

REMINDER = 1
"""The number by which a reminder of one part becomes ready."""


class HeldLanes(Lanes):
    held = 3

    def __init__(self) -> None:
        super().__init__()
        self.wait(timedelta(hours=25))
        for _ in range(self.held):
            self.a_reply_is_ready(REMINDER)
            while self.bus.queue:
                self.the_bus_delivers(0)
                self.settle_senders()
        assert len(self.lane.held) == self.held
        self.the_user_writes(1)

    def settle_senders(self) -> None:
        while self.senders:
            self.go_on(self.senders[0])
