"""What `taskflow templates` does: shows, hands in, and asks after the templates."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.gateway.channels.twilio.contents import Contents
from services.gateway.templates.catalogue import TemplateCatalogue, Templates
from services.gateway.templates.following import Following
from services.gateway.templates.syncing import Syncing
from services.gateway.templates.wording import DECLARED, VARIABLE, Declared, variable
from taskflow.cli.connecting.settings import TwilioAccount
from taskflow.cli.house.templates import TemplateRow
from taskflow.cli.operator import Operator, operator
from taskflow.errors import Configuration
from taskflow.log.snapshots import Folds
from taskflow.words.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class TemplateCommands:
    me: Operator
    templates: Templates

    async def rows(self) -> list[TemplateRow]:
        """Every one that this release declares, and what is known of it."""
        return _rows(await self.templates.now())

    async def sync(self) -> int:
        return await Syncing(self.me.log, self.templates, _contents()).sync()

    async def look(self) -> list[TemplateRow]:
        """As `rows`, once Twilio was asked."""
        following = Following(self.me.log, self.templates, _contents())
        return _rows(await following.look())


@asynccontextmanager
async def desk() -> AsyncGenerator[TemplateCommands]:
    async with operator() as me:
        yield TemplateCommands(me, Templates(Folds(me.log, None)))


def _contents() -> Contents:
    """Raises Configuration where Twilio's account is not known."""
    settings = TwilioAccount.load()
    return Contents(
        settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url
    )


def preview(purpose: str, language: str, text: str | None) -> str:
    """What a phone shows. Raises Configuration."""
    declared = next(
        (
            declared
            for declared in DECLARED
            if (declared.purpose, declared.language) == (purpose, language)
        ),
        None,
    )
    if declared is None:
        purposes = " or ".join(dict.fromkeys(declared.purpose for declared in DECLARED))
        raise Configuration(
            f"there is no template {purpose!r} in {language!r}; name {purposes}, "
            f"and one of {', '.join(LANGUAGES)}"
        )
    body = declared.body
    shown = body.replace(VARIABLE, variable(text or declared.sample, body))
    return "\n".join([shown, *(f"[{label}]" for label in declared.labels)])


def _rows(catalogue: TemplateCatalogue) -> list[TemplateRow]:
    return [_row(declared, catalogue) for declared in DECLARED]


def _row(declared: Declared, catalogue: TemplateCatalogue) -> TemplateRow:
    known = catalogue.holding(declared.purpose, declared.language, declared.body, declared.labels)
    status, reason, template = (
        (known.status, known.reason, known.template) if known else ("missing", "", "")
    )
    return TemplateRow(declared.purpose, declared.language, declared.name, status, reason, template)
