"""WhatsApp's review of the contents that are submitted as templates."""

import asyncio
import re
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from simulators.context import SimContext
from simulators.twilio.callbacks import BackgroundTasks
from simulators.twilio.content import Approval, ApprovalStatus, StoredContent, StoredContents
from simulators.twilio.content_request import PLACEHOLDER, ApprovalOrder
from simulators.twilio.languages import OF_TEMPLATES
from simulators.twilio.rendering import MOST_OF_A_TEMPLATE, SESSION_ONLY
from taskflow.clock import utc_now

Verdict = Literal["approve", "reject", "leave"]
_NAME = re.compile("[a-z0-9_]{1,512}")
_SIDE_BY_SIDE = re.compile(r"\}\}\s*\{\{")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
"""In a script that is written without spaces, each letter counts."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class ReviewHabits:
    """How the review decides; `delay_ms` lies between one status and the next.

    "leave" decides nothing; what breaks WhatsApp's rules is rejected even by "approve".
    """

    verdict: Verdict = "approve"
    reason: str = "INCORRECT_CATEGORY"
    """Of "reject"."""
    delay_ms: int = 120


class Review:
    def __init__(self, context: SimContext, contents: StoredContents) -> None:
        self.habits = ReviewHabits()
        self._contents, self._tasks = contents, BackgroundTasks()
        context.resets.append(self._forget)

    def submit(self, content: StoredContent, order: ApprovalOrder) -> StoredContent:
        """The content as received; its review goes on by itself."""
        approval = Approval(
            order.name, order.category, allow_category_change=order.allow_category_change
        )
        submitted = self._contents.put(replace(content, approval=approval, updated=utc_now()))
        self._tasks.start(self._decide(content.sid))
        return submitted

    def resume(self) -> None:
        """Go on with what a stopped simulator had received."""
        for content in self._contents.all():
            if content.approval and content.approval.status in {"received", "pending"}:
                self._tasks.start(self._decide(content.sid))

    def set(
        self, content: StoredContent, status: ApprovalStatus, reason: str = ""
    ) -> StoredContent:
        """What WhatsApp says of a submitted content from now on, whatever its review was at."""
        _log.debug("twilio.template_reviewed", sid=content.sid, status=status)
        return self._contents.put(content.stands(utc_now(), status, reason))

    async def stop(self) -> None:
        await self._tasks.cancel()

    async def _decide(self, sid: str) -> None:
        """Each step is taken only from the one before: somebody may have set another status."""
        await self._pause()
        if waiting := self._at(sid, "received"):
            self.set(waiting, "pending")
        await self._pause()
        pending, habits = self._at(sid, "pending"), self.habits
        if pending is None or habits.verdict == "leave":
            return
        reason = objection(pending, self._contents)
        if habits.verdict == "reject":
            reason = reason or habits.reason
        self.set(pending, "rejected" if reason else "approved", reason or "")

    def _at(self, sid: str, status: ApprovalStatus) -> StoredContent | None:
        content = self._contents.get(sid)
        is_there = content and content.approval and content.approval.status == status
        return content if is_there else None

    async def _pause(self) -> None:
        await asyncio.sleep(self.habits.delay_ms / 1000)

    def _forget(self) -> None:
        self.habits = ReviewHabits()


def objection(content: StoredContent, contents: StoredContents) -> str | None:
    """Why WhatsApp rejects a submitted content; None if it breaks no rule."""
    name = content.approval.name if content.approval else ""
    why = _fault_of_the_name(name, contents) or _fault_of_the_content(content)
    return f"INVALID_FORMAT. WhatsApp did not create the template {name}: {why}" if why else None


def _fault_of_the_name(name: str, contents: StoredContents) -> str | None:
    if not _NAME.fullmatch(name):
        return "a name has lower case letters, digits and underscores only"
    if contents.is_burnt(name):
        return "a template of this name was rejected before"
    return None


def _fault_of_the_content(content: StoredContent) -> str | None:
    if content.language not in OF_TEMPLATES:
        return f"there are no templates in {content.language}"
    if content.kind in SESSION_ONLY:
        return f"{content.kind} is for open sessions only"
    return _fault_of_the_body(str(content.types[content.kind].get("body", "")).strip())


def _fault_of_the_body(body: str) -> str | None:
    variables = [found.span() for found in PLACEHOLDER.finditer(body)]
    words = _WORD.findall(PLACEHOLDER.sub(" ", body))
    if variables and (variables[0][0] == 0 or variables[-1][1] == len(body)):
        return "the body begins or ends with a variable"
    if _SIDE_BY_SIDE.search(body):
        return "two variables stand side by side"
    if variables and len(words) < 2 * len(variables) + 1:
        return "there are too many variables for so few words"
    if len(body) > MOST_OF_A_TEMPLATE:
        return f"the body is longer than {MOST_OF_A_TEMPLATE} characters"
    return None
