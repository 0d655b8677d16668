"""A reply in parts, and the buttons under its last one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts import buttons
from contracts.conversation import Button, ReplyReady
from contracts.recorded import Recorded
from services.gateway.saying.parts import CAPTION, length, parts_of

OVER_BUTTONS = CAPTION
"""Characters of a text with buttons (WhatsApp)."""


@dataclass(frozen=True, slots=True)
class Sayable:
    parts: list[str]
    buttons: Sequence[Button] = ()
    """Under the last part."""


@dataclass(frozen=True, slots=True)
class Content:
    """A reply as one attempt carries it."""

    reply: Recorded[ReplyReady]
    parts: list[str]
    picture: UUID | None
    template: str | None = None
    """By which it goes: in one part, and without its picture."""
    buttons: Sequence[Button] = ()
    """Under its last part."""

    def picture_of(self, part: int) -> UUID | None:
        return self.picture if part == 0 and not self.template else None

    def is_in(self, body: str, part: int) -> bool:
        """Whether a message that the channel lists says this part."""
        text = self.parts[part]
        if self.template:
            return text in body
        # Twilio may list what stands under a text with it.
        return text == body or (bool(self.buttons_of(part)) and body.startswith(text))

    def buttons_of(self, part: int) -> Sequence[Button]:
        return self.buttons if part == len(self.parts) - 1 else ()


def sayable(reply: ReplyReady, mark: str = "") -> Sayable:
    """An opened reply as it is sent; a mark stands above each part.

    A text that is too long for buttons is sent without, unless they answer what it asks: then it
    is cut so that they fit under its end. A picture has none.
    """
    has_picture = reply.picture is not None
    parts = parts_of(reply.text, below_a_picture=has_picture, mark=mark)
    given = _usable(reply.buttons or ())
    if not given or (has_picture and len(parts) == 1):
        return Sayable(parts)
    if length(parts[0]) <= OVER_BUTTONS and len(parts) == 1:
        return Sayable(parts, given)
    if not buttons.ask(one.payload for one in given):
        return Sayable(parts)
    if length(parts[-1]) > OVER_BUTTONS:
        parts = parts_of(reply.text, below_a_picture=has_picture, mark=mark, most=OVER_BUTTONS)
    return Sayable(parts, given)


def _usable(given: Sequence[Button]) -> list[Button]:
    """Those that WhatsApp shows: with a label each, no two labels or payloads the same."""
    by_label = {one.label: one for one in given if _is_label(one.label)}
    by_payload = {one.payload: one for one in reversed(by_label.values())}
    return list(reversed(by_payload.values()))[: buttons.MOST]


def _is_label(label: str) -> bool:
    return bool(label.strip()) and length(label) <= buttons.LONGEST_LABEL
