"""`taskflow why`: a reply's causes, back to the message that it began with."""

import re
from typing import Any
from uuid import UUID

from contracts import slots
from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from contracts.streams import UserId
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import MESSAGE_REF, Operator, reader
from taskflow.cli.output import echo_json
from taskflow.cli.past.why_tree import tree
from taskflow.cli.seeing import all_seen, sight
from taskflow.errors import Configuration
from taskflow.time_travel import explaining, gathering, why

SCAN_SECONDS = 60.0
"""For a MessageSid without a delivery: nothing in the log is found by it but by reading."""
_PREFIX = re.compile(r"[0-9a-f]{8}[0-9a-f-]{0,28}", re.IGNORECASE)
# A prefix is a range of ids.
_BY_PREFIX = """
select event_id from events
 where event_id between $1 and $2 and type = 'reply.ready' order by event_id limit 3
"""
# The first version of the fact named it otherwise.
_BY_REF = """
select event_id from events
 where type = 'reply.sent' and $1 in (payload->>'message_ref', payload->>'message_sid')
"""


async def tell_why(name: str, *, open_: bool, json: bool) -> None:
    async with reader() as me:
        reply = await reply_named(me, name)
        events = await gathering.behind(me.log, reply)
        user = UserId(reply.user_id) if reply.user_id else None
        sight_ = await sight(me, user, open_=open_)
        found = why.explain(reply.event_id, await all_seen(me, events, sight_))
        jaeger = me.settings.taskflow_jaeger_url.rstrip("/")
    links = [f"{jaeger}/trace/{trace}" for trace in found.traces] if jaeger else []
    if json:
        explanation = {**explaining.as_json(found, sight_.cover), "links": links}
        echo_json(explanation)
    else:
        SafeConsole().print(tree(found, sight_.cover, links))


async def reply_named(me: Operator, name: str) -> Recorded[ReplyReady]:
    """By its id or the beginning of it, a MessageSid that it went out under, or its user."""
    if MESSAGE_REF.fullmatch(name):
        return await sent_as(me, name)
    if _PREFIX.fullmatch(name) and (found := await _by_id(me, name)):
        return found
    try:
        stream = await me.stream_of(name)
    except Configuration:
        raise Configuration(
            f"no reply is known as {name!r}; give a reply's id or the first 8 characters of it, "
            "the MessageSid it went out under, or a user's id or number for their last reply"
        ) from None
    replies = why.replies(await me.log.read(stream))
    if not replies:
        raise Configuration(f"{stream} holds no reply yet")
    return replies[-1]


async def _by_id(me: Operator, name: str) -> Recorded[ReplyReady] | None:
    digits = name.replace("-", "").lower()
    if len(digits) == 32:
        recorded = await me.log.find(UUID(digits))
        return _only_reply(recorded) if recorded else None
    return await by_prefix(me, name)


def _only_reply(recorded: Recorded[Any]) -> Recorded[ReplyReady]:
    if not isinstance(recorded.event, ReplyReady):
        raise Configuration(
            f"{recorded.event_id} is a {recorded.event.type}, not a reply; "
            f"see `taskflow show {recorded.stream}`"
        )
    return recorded


async def by_prefix(me: Operator, name: str) -> Recorded[ReplyReady] | None:
    """The reply whose id begins so. Raises Configuration where several do."""
    digits = name.replace("-", "").lower()
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    ids = [row["event_id"] for row in await me.pool.fetch(_BY_PREFIX, first, last)]
    if len(ids) > 1:
        raise Configuration(
            f"{name!r} begins the ids of several replies: {', '.join(map(str, ids))}"
        )
    return await _found(me, ids[0]) if ids else None


async def _found(me: Operator, event_id: UUID) -> Recorded[Any]:
    recorded = await me.log.find(event_id)
    if recorded is None:
        raise Configuration(f"the log holds no event {event_id}")
    return recorded


async def sent_as(me: Operator, sid: str) -> Recorded[ReplyReady]:
    """The reply that went out under a MessageSid. Raises Configuration where none did."""
    for status in ("delivered", "read", "undelivered", "failed", "canceled"):
        slot = slots.delivery(sid, status)
        if (fact := await me.log.find(slots.event_id(slot, 0))) is not None:
            return await _found(me, fact.event.reply)
    row = await me.pool.fetchrow(_BY_REF, sid, timeout=SCAN_SECONDS)
    if row is None:
        raise Configuration(f"no reply went out as {sid}")
    return await _found(me, (await _found(me, row["event_id"])).event.reply)
