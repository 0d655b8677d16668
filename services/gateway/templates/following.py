"""Keeps asking Twilio what became of the templates, and records what changed."""

import asyncio
from collections.abc import Mapping
from typing import Any, get_args

import structlog

from contracts import slots, streams
from contracts.templates import TemplateReviewed
from services.gateway.channels.channel import TemplateRefused
from services.gateway.templates.catalogue import TemplateCatalogue, Templates
from services.gateway.templates.syncing import Syncing, TemplateContents
from taskflow.errors import Retryable
from taskflow.foreign_text import for_log
from taskflow.log.appending import Write
from taskflow.log.event_log import Log
from taskflow.postgres.database import UNAVAILABLE

LONGEST_REASON = 300
"""Characters of the channel's words."""

STATUSES = frozenset(get_args(TemplateReviewed.model_fields["status"].annotation))

PROGRESS = frozenset({"unsubmitted", "received", "pending", "approved"})
"""All others ask something of an operator."""

log = structlog.get_logger()


def news(
    catalogue: TemplateCatalogue, reviews: Mapping[str, tuple[str, str]]
) -> list[TemplateReviewed]:
    """What the log does not know yet. A template that the channel has no more is left as it is."""
    found: list[TemplateReviewed] = []
    for known in catalogue.known:
        status, reason = reviews.get(known.template, (known.status, known.reason))
        logged_reason = for_log(reason)[:LONGEST_REASON]
        if (status, logged_reason) == (known.status, known.reason):
            continue
        if status not in STATUSES:
            log.warning("template.status_unknown", template=known.template)
            continue
        found.append(
            TemplateReviewed.model_validate(
                {"template": known.template, "status": status, "reason": logged_reason}
            )
        )
    return found


class Following:
    def __init__(self, event_log: Log, templates: Templates, contents: TemplateContents) -> None:
        self._log, self._templates, self._contents = event_log, templates, contents

    async def keep_following(self, every_s: float, syncing: Syncing | None) -> None:
        """For ever. With `syncing` what is missing is handed in first."""
        while True:
            try:
                if syncing:
                    await self._sync(syncing)
                await self.look()
            except (*UNAVAILABLE, Retryable, TemplateRefused) as error:
                log.warning("templates.interrupted", error=type(error).__name__)
            await asyncio.sleep(every_s)

    async def _sync(self, syncing: Syncing) -> None:
        try:
            await syncing.sync()
        except TemplateRefused as error:
            log.warning("templates.refused", reason=str(error))

    async def look(self) -> TemplateCatalogue:
        """The catalogue with what is new; Twilio is asked only where there is a template."""
        catalogue = await self._templates.now()
        if not catalogue.known:
            return catalogue
        for new in news(catalogue, await self._contents.reviews()):
            known: Any = catalogue.of(new.template)
            slot = slots.template_review(new.template, known.reviews)
            await self._log.append([Write(streams.TEMPLATES, [new], None)], slot)
            write_line = log.debug if new.status in PROGRESS else log.warning
            write_line("template.reviewed", template=new.template, status=new.status)
        return await self._templates.now()
