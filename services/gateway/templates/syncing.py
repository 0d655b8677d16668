"""Brings the templates that this release declares to Twilio, and hands them in for review."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from contracts import slots, streams
from contracts.conversation import Button
from contracts.templates import TemplateCreated
from services.gateway.channels.channel import TemplateRefused
from services.gateway.templates.catalogue import TemplateCatalogue, Templates
from services.gateway.templates.wording import DECLARED, Declared, code_of
from taskflow.log.appending import Write
from taskflow.log.event_log import Log

log = structlog.get_logger()


class TemplateContents(Protocol):
    """The channel's side; each raises TemplateRefused, VendorUnavailable."""

    async def reviews(self) -> Mapping[str, tuple[str, str]]: ...

    async def named(self) -> Mapping[str, str]: ...

    async def created(
        self, name: str, language: str, body: str, sample: str, buttons: Sequence[Button]
    ) -> str: ...

    async def handed_in(self, template: str, name: str) -> None: ...


def missing(catalogue: TemplateCatalogue) -> Sequence[Declared]:
    """Those whose wording of this release the channel was not given."""
    return [
        declared
        for declared in DECLARED
        if not catalogue.holding(
            declared.purpose, declared.language, declared.body, declared.labels
        )
    ]


class Syncing:
    def __init__(self, event_log: Log, templates: Templates, contents: TemplateContents) -> None:
        self._log, self._templates, self._contents = event_log, templates, contents

    async def sync(self) -> int:
        """How many it handed in. Begun again it goes on where it was.

        One that is refused stops no other. Raises TemplateRefused at the end, VendorUnavailable,
        DatabaseUnavailable.
        """
        # Twenty languages' words are read from their files.
        wanted = await asyncio.to_thread(missing, await self._templates.now())
        if not wanted:
            return 0
        named = await self._contents.named()
        reviews = await self._contents.reviews()
        refused: list[str] = []
        for declared in wanted:
            try:
                template = named.get(declared.name) or await self._created(declared)
                if reviews.get(template, ("unsubmitted", ""))[0] == "unsubmitted":
                    await self._contents.handed_in(template, declared.name)
            except TemplateRefused as error:
                refused.append(f"{declared.name}: {error}")
                continue
            await self._record(declared, template)
            log.debug("template.handed_in", template=template, name=declared.name)
        if len(wanted) > len(refused):
            log.info("templates.handed_in", count=len(wanted) - len(refused))
        if refused:
            raise TemplateRefused(f"{len(refused)} of {len(wanted)} were refused; {refused[0]}")
        return len(wanted)

    async def _created(self, declared: Declared) -> str:
        language = code_of(declared.language)
        return await self._contents.created(
            declared.name, language, declared.body, declared.sample, declared.buttons
        )

    async def _record(self, declared: Declared, template: str) -> None:
        purpose, language, body = declared.purpose, declared.language, declared.body
        created = TemplateCreated(
            template=template,
            purpose=purpose,
            language=language,
            body=body,
            buttons=declared.labels,
        )
        slot = slots.template(purpose, language, body, declared.labels)
        await self._log.append([Write(streams.TEMPLATES, [created], None)], slot)
