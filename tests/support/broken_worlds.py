"""Worlds with one rule switched off each, for the runner to find.

python -m tests.support.broken_worlds --seeds 300
"""

import sys
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.agent.decider import Conversation
from services.scheduler.effects import Claimed
from taskflow.log.appending import Outcome
from taskflow.log.deciding import Decide
from tests.chaos.simulate import WORLDS, World, main
from tests.support.lane_world import Sender
from tests.support.lanes import Lanes
from tests.support.reminders import Reminders
from tests.support.turns import Turns


class StopsOutsideTheSlot(Turns):
    def stop(self, state: Conversation, turn: UUID) -> Decide:
        return Decide(UUID(int=2**64 + len(self.log.all())), super().stop(state, turn).events)


class TakesAnyClaimForItsOwn(Lanes):
    def is_mine(self, sender: Sender, outcome: Outcome) -> bool:
        return True


class FiresBeforeItsTime(Reminders):
    def claim(self, limit: int, seconds: int) -> list[Claimed]:
        now, self.log.now = self.log.now, self.log.now + timedelta(seconds=2)
        try:
            return super().claim(limit, seconds)
        finally:
            self.log.now = now


MACHINES = {
    "turns": StopsOutsideTheSlot,
    "lanes": TakesAnyClaimForItsOwn,
    "reminders": FiresBeforeItsTime,
}
BROKEN = {
    name: replace(world, machine=machine)
    for name, machine in MACHINES.items()
    if isinstance(world := WORLDS[name], World)
}

if __name__ == "__main__":
    sys.exit(main(worlds=BROKEN))
