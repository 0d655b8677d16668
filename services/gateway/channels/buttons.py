"""A reply in parts, and the buttons under its last one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts import buttons
from contracts.conversation import Button, ReplyReady
from contracts.recorded import Recorded
from services.gateway.channels.parts import CAPTION, length, parts_of
from taskflow.words.message import Message

OVER_BUTTONS = CAPTION
"""Characters of a text with buttons (WhatsApp)."""
GONE = Message("The file is no longer there. Ask for it again.")


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
    gone: str = ""
    """What is said in a document's place, where that is no longer there."""

    def picture_of(self, part: int) -> UUID | None:
        """The medium that this part shows: a document is its reply's last part."""
        if self.template:
            return None
        document = self.reply.event.document
        if document is not None and part == len(self.parts) - 1:
            return document
        return self.picture if part == 0 else None

    def is_in(self, body: str, part: int) -> bool:
        """Whether a message that the channel lists says this part."""
        text = self.parts[part]
        if self.template:
            return text in body
        if not text:
            return body in {"", self.gone}
        # Twilio may list what stands under a text with it.
        return text == body or (bool(self.buttons_of(part)) and body.startswith(text))

    def buttons_of(self, part: int) -> Sequence[Button]:
        return self.buttons if part == len(self.parts) - 1 else ()


def sayable(reply: ReplyReady, mark: str = "") -> Sayable:
    """An opened reply as it is sent; a mark stands above each part.

    A text that is too long for buttons is sent without, unless they answer what it asks: then it
    is cut so that they fit under its end. A picture has none. A document is a part without a text,
    behind the others; then there are none either.
    """
    has_picture = reply.picture is not None
    parts = parts_of(reply.text, below_a_picture=has_picture, mark=mark)
    if reply.document is not None:
        return Sayable([*parts, ""])
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
