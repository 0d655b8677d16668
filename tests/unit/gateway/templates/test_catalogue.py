"""Which templates may be sent by, of what the log knows; and what WhatsApp says anew of them."""

from typing import Any
from uuid import UUID

import pytest

from contracts import slots, streams
from contracts.templates import TemplateCreated, TemplateReviewed
from services.gateway.templates.catalogue import FOLD, TemplateCatalogue
from services.gateway.templates.following import news
from services.gateway.templates.syncing import missing
from services.gateway.templates.wording import DECLARED, Declared
from taskflow.log.appending import Write
from tests.support.memory_log import MemoryLog


def created(
    template: str, language: str = "en", body: str | None = None, purpose: Any = "reminder"
):
    declared = Declared(purpose, language)
    buttons = declared.labels if body is None else []
    body = declared.body if body is None else body
    return TemplateCreated(
        template=template, purpose=purpose, language=language, body=body, buttons=buttons
    )


def reviewed(template: str, status: Any, reason: str = "") -> TemplateReviewed:
    return TemplateReviewed(template=template, status=status, reason=reason)


def told(*events: Any) -> TemplateCatalogue:
    log = MemoryLog()
    for number, event in enumerate(events):
        log.put([Write(streams.TEMPLATES, [event], None)], UUID(int=number))
    return FOLD.over(log.all())


def approved(
    catalogue: TemplateCatalogue, language: str | None, kind: str = "reminder"
) -> str | None:
    found = catalogue.approved(kind, language)
    return found.template if found else None


def test_only_what_is_approved_is_sent_by() -> None:
    assert approved(told(created("HX1")), "en") is None
    for status in ("pending", "rejected", "paused", "disabled", "unsubmitted"):
        catalogue = told(created("HX1"), reviewed("HX1", "approved"), reviewed("HX1", status))
        assert approved(catalogue, "en") is None
    assert approved(told(created("HX1"), reviewed("HX1", "approved")), "en") == "HX1"


def test_a_language_comes_before_english_and_english_before_nothing() -> None:
    both = told(
        created("HX1"),
        created("HX2", "de"),
        reviewed("HX1", "approved"),
        reviewed("HX2", "approved"),
    )
    assert [approved(both, one) for one in ("de", "en", "fr", None)] == ["HX2", "HX1", "HX1", "HX1"]
    german = told(created("HX2", "de"), reviewed("HX2", "approved"))
    assert approved(german, "fr") is None
    assert approved(both, "de", kind="answer") is None


def test_the_wording_before_serves_until_the_new_one_is_approved() -> None:
    events = [created("HX1", body="old {{1}} words"), reviewed("HX1", "approved"), created("HX2")]
    assert approved(told(*events), "en") == "HX1"
    assert approved(told(*events, reviewed("HX2", "approved")), "en") == "HX2"


def test_what_is_missing_is_this_releases_wording() -> None:
    assert list(missing(told())) == list(DECLARED)
    lacking = missing(told(created("HX1"), created("HX2", "de", body="old {{1}} words")))
    assert Declared("reminder", "en") not in lacking
    assert Declared("reminder", "de") in lacking


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ({}, []),
        ({"HX1": ("received", "")}, []),
        ({"HX1": ("approved", ""), "HX9": ("approved", "")}, [reviewed("HX1", "approved")]),
        ({"HX1": ("rejected", "why\x1b[2J")}, [reviewed("HX1", "rejected", "why\\x1b[2J")]),
        ({"HX1": ("a status of tomorrow", "")}, []),
    ],
)
def test_only_what_changed_is_news(reviews: Any, expected: list[TemplateReviewed]) -> None:
    assert news(told(created("HX1")), reviews) == expected


def test_the_channels_words_are_bounded() -> None:
    (one,) = news(told(created("HX1")), {"HX1": ("rejected", "x" * 100_000)})
    assert len(one.reason) == 300


def test_a_template_without_the_buttons_of_this_release_is_another_one() -> None:
    plain = created("HX1").model_copy(update={"buttons": []})
    assert Declared("reminder", "en") in missing(told(plain))
    assert approved(told(plain, reviewed("HX1", "approved")), "en") == "HX1", "until then it serves"
    labels = Declared("reminder", "en").labels
    before = slots.template("reminder", "en", "text")
    assert before == slots.template("reminder", "en", "text", [])
    assert before != slots.template("reminder", "en", "text", labels)
