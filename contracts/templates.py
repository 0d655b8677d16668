"""Templates: texts that a channel has approved, which may go when nothing else may."""

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Json, event, upcasts

Purpose = Literal["reminder", "alert"]
"""Kinds of replies that have one: what a person asked to be told, whenever it is."""


@event
class TemplateCreated(Event):
    """The channel holds this text, and was asked to approve it. v2 may have buttons."""

    type: ClassVar = "template.created"
    version: ClassVar = 2

    template: str
    """By which its channel knows it: at Twilio its ContentSid."""
    purpose: Purpose
    language: str
    """BCP 47, one of those that people are spoken to in."""
    body: str
    """With {{1}} where the reply's text goes."""
    buttons: list[str] = Field(default_factory=list[str])
    """What they say. What they stand for names no event: they are the same for everybody."""


@upcasts(TemplateCreated, from_version=1)
def _was_text_alone(data: Json) -> Json:
    return {**data, "buttons": []}


@event
class TemplateReviewed(Event):
    """What the channel says of it changed."""

    type: ClassVar = "template.reviewed"

    template: str
    status: Literal[
        "unsubmitted", "received", "pending", "approved", "rejected", "paused", "disabled"
    ]
    reason: str = ""
    """Why it was rejected, in the channel's words."""
