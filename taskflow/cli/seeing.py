"""Texts for a command's reader: opened where they ask, covered where not, erased for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.personal import ERASED
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.cli.operator import Operator
from taskflow.errors import SealedForEver
from taskflow.privacy.sealing import UnopenableSeal
from taskflow.privacy.vault import UnknownUser
from taskflow.time_travel.covering import COVERED


@dataclass(frozen=True, slots=True)
class Sight:
    """What is read where a text stays sealed."""

    cover: str = COVERED
    opens: bool = False

    @property
    def erased(self) -> bool:
        return self.cover == ERASED


async def sight(me: Operator, user: UserId | None, *, open_: bool) -> Sight:
    """Raises UnopenableSeal when texts are to be opened with a wrong master key."""
    if user is None:
        return Sight(opens=open_)
    try:
        await me.vault.key(user)
    except (SealedForEver, UnknownUser):  # a key that was destroyed, or is gone with its row
        return Sight(ERASED)
    except UnopenableSeal:
        if open_:
            raise
    return Sight(opens=open_)


async def seen(me: Operator, recorded: Recorded[Any], sight_: Sight) -> Recorded[Any]:
    if not sight_.opens:
        return recorded
    try:
        return await me.log.opened(recorded)
    except (SealedForEver, UnknownUser):
        return recorded


async def all_seen(
    me: Operator, events: Iterable[Recorded[Any]], sight_: Sight
) -> list[Recorded[Any]]:
    return [await seen(me, recorded, sight_) for recorded in events]
