"""The message of an attempt: its reply's text, and those of what goes with it."""

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
        behind = () if self._one_by_one else move.joined
        fit = 1
        if behind:
            opened = [await self._opened(one, cause) for one in (head, *behind)]
            texts = _texts((head, *behind), opened)
            fit = digest.fitting(texts, _mark(head, opened[0].event))
        move = replace(move, joined=behind[: fit - 1])
        return move, await self.content((head, *move.joined), cause, lane, move.template)

    async def content(
        self, group: Group, cause: Recorded[Any], lane: Lane, template: str | None
    ) -> ReplyContent:
        """What an attempt said that was claimed for these; by a template it is the first alone."""
        head = group[0]
        opened = [await self._opened(one, cause) for one in group]
        ready, said_by = opened[0].event, _mark(head, opened[0].event)
        if template:
            known = (await self._templates.now()).of(template)
            text = f"{said_by}\n{ready.text}"
            said = wording.variable(text, known.body if known else "")
            return ReplyContent(opened[0], [said], None, template)
        texts = _texts(group, opened)
        if len(texts) > 1:
            return ReplyContent(opened[0], digest.joined(texts, said_by), None)
        said = sayable(ready.model_copy(update={"text": texts[0]}), said_by)
        gone = GONE.said(lane.language or SOURCE)
        if not head.has_buttons:
            return ReplyContent(opened[0], said.in_words(), ready.picture, gone=gone)
        given, choices = said.buttons, said.choices
        return ReplyContent(
            opened[0], said.parts, ready.picture, buttons=given, choices=choices, gone=gone
        )

    async def _opened(self, reply: Queued, cause: Recorded[Any]) -> Recorded[ReplyReady]:
        ours = cause.event_id == reply.reply
        recorded = cause if ours else await self._log.find(reply.reply)
        if recorded is None:
            raise LostReply(f"reply {reply.reply} is not in the log")
        return await self._log.opened(recorded)


def _texts(group: Group, opened: list[Recorded[ReplyReady]]) -> list[str]:
    return [
        digest.said_late(reply, one.released_at) for one, reply in zip(group, opened, strict=True)
    ]


def _mark(head: Queued, ready: ReplyReady) -> str:
    return mark(ready.language) if head.marked else ""
