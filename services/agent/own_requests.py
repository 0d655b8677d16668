"""Calls that code asks a service for by itself, without the model. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.event import Json
from contracts.tools import ToolOffered, ToolRequested

DEADLINE_MARGIN = timedelta(seconds=15)
"""Beyond a tool's own timeout: its delivery, its retries, and a restart of its service."""


@dataclass(frozen=True, slots=True)
class AskingStep:
    """The step that asks."""

    turn: UUID
    step: int
    now: datetime
    language: str


def deadline(now: datetime, offer: ToolOffered | None) -> datetime:
    """Of a call that is asked for now; of a tool that nobody has, the margin alone."""
    lasts = timedelta(seconds=offer.timeout_s) if offer else timedelta()
    return now + lasts + DEADLINE_MARGIN


def asked(
    offer: ToolOffered,
    arguments: Json,
    given: AskingStep,
    *,
    zone: str,
    zone_known: bool,
    written_at: datetime | None = None,
) -> ToolRequested:
    """`written_at`: when the message came that asks for it, where times count from that."""
    return ToolRequested(
        turn=given.turn,
        step=given.step,
        tool=offer.tool,
        owner=offer.owner,
        vendor_call_id=None,
        arguments=arguments,
        zone=zone,
        zone_known=zone_known,
        deadline=deadline(given.now, offer),
        effect=offer.effect,
        untrusted=offer.untrusted,
        written_at=written_at,
        language=given.language,
    )


def inverse(
    tool: str, result: Json, offered: Mapping[str, ToolOffered]
) -> tuple[ToolOffered, Json] | None:
    """What takes a call back, as its tool says, and the arguments of that; None: nothing does."""
    offer = offered.get(tool)
    undo = offer.undone_by if offer else None
    other = offered.get(undo.tool) if undo else None
    arguments = undo.arguments(result) if undo else None
    return (other, arguments) if other is not None and arguments is not None else None
