"""What is known of the templates, folded from the log: which of them may be sent by."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts import streams
from contracts.recorded import Recorded
from contracts.templates import Purpose, TemplateCreated, TemplateReviewed
from taskflow.log.folding import Fold
from taskflow.log.snapshots import Folds
from taskflow.words.languages import SOURCE


class KnownTemplate(BaseModel):
    model_config = ConfigDict(frozen=True)

    template: str
    purpose: Purpose
    language: str
    body: str
    buttons: tuple[str, ...] = ()
    status: str = "received"
    reason: str = ""
    reviews: int = 0
    """How often it changed."""


class TemplateCatalogue(BaseModel):
    model_config = ConfigDict(frozen=True)

    known: tuple[KnownTemplate, ...] = ()
    """In the order in which they were created."""

    def of(self, template: str) -> KnownTemplate | None:
        return next(
            (
                known_template
                for known_template in self.known
                if known_template.template == template
            ),
            None,
        )

    def holding(
        self, purpose: str, language: str, body: str, buttons: Sequence[str] = ()
    ) -> KnownTemplate | None:
        """The newest with these very words."""
        wanted = (purpose, language, body, tuple(buttons))
        found = [
            known_template
            for known_template in self.known
            if (
                known_template.purpose,
                known_template.language,
                known_template.body,
                known_template.buttons,
            )
            == wanted
        ]
        return found[-1] if found else None

    def approved(self, kind: str, language: str | None) -> KnownTemplate | None:
        """The newest in a language, else in English; None where the channel has approved none."""
        usable = [
            known_template
            for known_template in self.known
            if known_template.purpose == kind and known_template.status == "approved"
        ]
        for wanted in (language, SOURCE):
            if found := [
                known_template for known_template in usable if known_template.language == wanted
            ]:
                return found[-1]
        return None


def evolve(catalogue: TemplateCatalogue, recorded: Recorded[Any]) -> TemplateCatalogue:
    match recorded.event:
        case TemplateCreated() as new if catalogue.of(new.template) is None:
            known = KnownTemplate(
                template=new.template,
                purpose=new.purpose,
                language=new.language,
                body=new.body,
                buttons=tuple(new.buttons),
            )
            return TemplateCatalogue(known=(*catalogue.known, known))
        case TemplateReviewed(template=template, status=status, reason=reason):
            return TemplateCatalogue(
                known=tuple(
                    known_template.model_copy(
                        update={
                            "status": status,
                            "reason": reason,
                            "reviews": known_template.reviews + 1,
                        }
                    )
                    if known_template.template == template
                    else known_template
                    for known_template in catalogue.known
                )
            )
        case _:
            return catalogue


FOLD = Fold("templates", 2, TemplateCatalogue, evolve)


class Templates:
    """The catalogue as the log has it now."""

    def __init__(self, folds: Folds) -> None:
        self._folds = folds

    async def now(self) -> TemplateCatalogue:
        return (await self._folds.fold(streams.TEMPLATES, FOLD)).state
