"""All that the log holds of a user, or of what led to a reply; sealed as it lies there."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolRequested
from taskflow.log.event_log import Log

AT_ONCE = 1_000
"""Streams asked for in one query."""

Events = list[Recorded[Any]]


async def of_user(log: Log, user: UserId) -> dict[str, Events]:
    """By stream: conversation and profile, and what the conversation's calls have set.

    Reminders and watches take their ids from the calls that set them: no index over users needed.
    """
    conversation = await log.read(streams.conversation(user))
    found: dict[str, Events] = {streams.conversation(user): conversation} if conversation else {}
    wanted = [streams.profile(user)]
    for recorded in conversation:
        if isinstance(recorded.event, ToolRequested):
            wanted.append(streams.reminder(slots.reminder_set(recorded.event_id)))
            wanted.append(streams.watch(slots.watch_set(recorded.event_id)))
    for page in _pages(wanted):
        found |= await log.read_all(dict.fromkeys(page, 0))
    # In the order in which they were set, whatever the order of the answer.
    return {name: found[name] for name in [streams.conversation(user), *wanted] if name in found}


def _pages(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


async def behind(log: Log, reply: Recorded[Any]) -> Events:
    """The reply's conversation, and the streams through which its causes lead."""
    found = {earlier.event_id: earlier for earlier in await log.read(reply.stream)}
    read = {reply.stream}
    cause = reply.cause
    seen: set[UUID] = set()
    while cause is not None and cause not in seen:
        seen.add(cause)
        recorded = found.get(cause) or await log.find(cause)
        if recorded is None:
            break
        if recorded.stream not in read:
            read.add(recorded.stream)
            found |= {earlier.event_id: earlier for earlier in await log.read(recorded.stream)}
        cause = recorded.cause
    return list(found.values())
