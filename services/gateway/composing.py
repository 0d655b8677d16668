"""The message of an attempt: its reply's text, and those of what goes with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from contracts.conversation import ReplyReady
from contracts.recorded import Recorded
from services.gateway.decider import Claim, Group
from services.gateway.queued import Queued
from services.gateway.saying import digest
from services.gateway.saying.parts import mark
from services.gateway.saying.sayable import GONE, ReplyContent, sayable
from services.gateway.state import Lane
from services.gateway.templates import wording
from services.gateway.templates.catalogue import Templates
from taskflow.errors import Permanent
from taskflow.log.event_log import Log
from taskflow.words.languages import SOURCE


class LostReply(Permanent):
    """The lane names a reply that the log does not hold."""

    code = "lost_reply"


class Composing:
    """Opens replies with their user's key; raises SealedForEver and LostReply."""

    def __init__(self, log: Log, templates: Templates, *, one_by_one: bool) -> None:
        """`one_by_one`: each goes by itself, as after a restore: it was said so, if it was."""
        self._log, self._templates, self._one_by_one = log, templates, one_by_one

    async def composed(
        self, move: Claim, cause: Recorded[Any], lane: Lane
    ) -> tuple[Claim, ReplyContent]:
        """The attempt with as many of those behind it as fit into its message, and that message."""
        head = move.head.but(marked=move.marked)
        group = (head,) if self._one_by_one else (head, *move.joined)
        opened = [await self._opened(queued, cause) for queued in group]
        texts = _texts(group, opened)
        fit = digest.fitting(texts, _mark(head, opened[0].event))
        content = await self._content(head, opened[0], texts[:fit], lane, move.template)
        return replace(move, joined=group[1:fit]), content

    async def content(
        self, group: Group, cause: Recorded[Any], lane: Lane, template: str | None
    ) -> ReplyContent:
        """What an attempt said that was claimed for these; by a template it is the first alone."""
        opened = [await self._opened(queued, cause) for queued in group]
        return await self._content(group[0], opened[0], _texts(group, opened), lane, template)

    async def _content(
        self,
        head: Queued,
        opened: Recorded[ReplyReady],
        texts: Sequence[str],
        lane: Lane,
        template: str | None,
    ) -> ReplyContent:
        ready, said_by = opened.event, _mark(head, opened.event)
        if template:
            known = (await self._templates.now()).of(template)
            text = f"{said_by}\n{ready.text}"
            said = wording.variable(text, known.body if known else "")
            return ReplyContent(opened, [said], None, template)
        if len(texts) > 1:
            return ReplyContent(opened, digest.joined(texts, said_by), None)
        said = sayable(ready.model_copy(update={"text": texts[0]}), said_by)
        said = said if head.has_buttons else said.without_buttons()
        said = said if head.pin == "shown" else said.without_pin()
        return ReplyContent(
            opened,
            said.parts,
            ready.picture,
            buttons=said.buttons,
            choices=said.choices,
            location=said.location,
            has_pin=said.has_pin,
            gone=GONE.said(lane.language or SOURCE),
        )

    async def _opened(self, reply: Queued, cause: Recorded[Any]) -> Recorded[ReplyReady]:
        ours = cause.event_id == reply.reply
        recorded = cause if ours else await self._log.find(reply.reply)
        if recorded is None:
            raise LostReply(f"reply {reply.reply} is not in the log")
        return await self._log.opened(recorded)


def _texts(group: Group, opened: list[Recorded[ReplyReady]]) -> list[str]:
    return [
        digest.said_late(reply, queued.released_at)
        for queued, reply in zip(group, opened, strict=True)
    ]


def _mark(head: Queued, ready: ReplyReady) -> str:
    return mark(ready.language) if head.marked else ""
