"""What is known of the templates, folded from the log: which of them may be sent by."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts import streams
from contracts.recorded import Recorded
from contracts.templates import Purpose, TemplateCreated, TemplateReviewed
from taskflow.log.folding import Fold
from taskflow.log.folds import Folds
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
        return next((one for one in self.known if one.template == template), None)

    def holding(
        self, purpose: str, language: str, body: str, buttons: Sequence[str] = ()
    ) -> KnownTemplate | None:
        """The newest with these very words."""
        wanted = (purpose, language, body, tuple(buttons))
        found = [
            one
            for one in self.known
            if (one.purpose, one.language, one.body, one.buttons) == wanted
        ]
        return found[-1] if found else None

    def approved(self, kind: str, language: str | None) -> KnownTemplate | None:
        """The newest in a language, else in English; None where the channel has approved none."""
        usable = [one for one in self.known if one.purpose == kind and one.status == "approved"]
        for wanted in (language, SOURCE):
            if found := [one for one in usable if one.language == wanted]:
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
                    one.model_copy(
                        update={"status": status, "reason": reason, "reviews": one.reviews + 1}
                    )
                    if one.template == template
                    else one
                    for one in catalogue.known
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
