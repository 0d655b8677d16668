"""`taskflow evaluate record`: a turn of the log as a golden conversation."""

from itertools import chain
from uuid import UUID

import yaml

from contracts.conversation import ReplyReady, TurnStarted
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.cli.operator import Operator, reader
from taskflow.cli.output import echo, warn
from taskflow.cli.past.why import reply_named
from taskflow.cli.seeing import all_seen, sight
from taskflow.errors import Configuration
from taskflow.time_travel import gathering
from taskflow.time_travel.golden_case import golden_case

READ_IT = "Read it before you keep it: code does not know every name that somebody wrote."
WIDE = 120


async def print_case(name: str, language: str | None) -> None:
    """Raises Configuration where that turn cannot be had, or cannot be read any more."""
    async with reader() as me:
        turn, user = await _turn(me, name)
        seen = await sight(me, user, open_=True)
        if seen.erased:
            raise Configuration(f"the user of turn {turn} is forgotten; nothing of it can be read")
        events = chain.from_iterable((await gathering.of_user(me.log, user)).values())
        case = golden_case(turn, await all_seen(me, events, seen), language)
    warn(READ_IT)
    echo(yaml.safe_dump(case, allow_unicode=True, sort_keys=False, width=WIDE), nl=False)


async def _turn(me: Operator, name: str) -> tuple[UUID, UserId]:
    recorded = await _started(me, name) or await reply_named(me, name)
    turn = recorded.event.turn if isinstance(recorded.event, ReplyReady) else recorded.event_id
    if turn is None or recorded.user_id is None:
        raise Configuration(f"{recorded.event_id} answers nobody: no turn said it")
    return turn, UserId(recorded.user_id)


async def _started(me: Operator, name: str) -> Recorded[TurnStarted] | None:
    try:
        recorded = await me.log.find(UUID(name))
    except ValueError:
        return None
    return recorded if recorded and isinstance(recorded.event, TurnStarted) else None
