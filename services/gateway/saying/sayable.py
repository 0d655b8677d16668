"""A reply in parts, the buttons or the list under its text, and the pin behind it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts import buttons
from contracts.conversation import Button, Choices, ReplyReady
from contracts.places import Location
from contracts.recorded import Recorded
from services.gateway.saying.parts import CAPTION, LIMIT, length, parts_of
from taskflow.words import pins
from taskflow.words.labels import written_out
from taskflow.words.message import Message

OVER_BUTTONS = CAPTION
"""Characters of a text with buttons (WhatsApp)."""
GONE = Message("The file is no longer there. Ask for it again.")


@dataclass(frozen=True, slots=True)
class Sayable:
    parts: list[str]
    buttons: Sequence[Button] = ()
    """Under the last part of the text."""
    choices: Choices | None = None
    """Under the last part of the text, which does not name them."""
    location: Location | None = None
    """Of the last part, which is its name, or all of it in words."""
    has_pin: bool = False
    """Whether that part is a pin on a map."""

    def in_words(self) -> list[str]:
        """The same parts, for whom neither lists nor maps are shown."""
        return self.without_buttons().without_pin().parts

    def without_buttons(self) -> "Sayable":
        """The same parts; what there is to choose from is written out."""
        parts, end = list(self.parts), last_of_text(self.parts, self.location)
        if self.choices is not None:
            parts[end] = in_words(parts[end], self.choices)
        return replace(self, parts=parts, buttons=(), choices=None)

    def without_pin(self) -> "Sayable":
        """The same parts; the place is told in words."""
        if self.location is None:
            return self
        return replace(self, parts=[*self.parts[:-1], pins.in_words(self.location)], has_pin=False)


@dataclass(frozen=True, slots=True)
class ReplyContent:
    """A reply as one attempt carries it."""

    reply: Recorded[ReplyReady]
    parts: list[str]
    picture: UUID | None
    template: str | None = None
    """By which it goes: in one part, and without its picture."""
    buttons: Sequence[Button] = ()
    """Under the last part of its text."""
    choices: Choices | None = None
    """Under the last part of its text."""
    location: Location | None = None
    """Of its last part."""
    has_pin: bool = False
    """Whether that part is a pin on a map."""
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
        has_more = self.buttons_of(part) or self.choices_of(part)
        return text == body or (bool(has_more) and body.startswith(text))

    def buttons_of(self, part: int) -> Sequence[Button]:
        return self.buttons if part == last_of_text(self.parts, self.location) else ()

    def choices_of(self, part: int) -> Choices | None:
        return self.choices if part == last_of_text(self.parts, self.location) else None

    def pin_of(self, part: int) -> Location | None:
        return self.location if self.has_pin and part == len(self.parts) - 1 else None


def last_of_text(parts: Sequence[str], location: Location | None) -> int:
    """The place of the part that buttons stand under: a place has a part of its own behind it."""
    return len(parts) - (1 if location is None else 2)


def sayable(reply: ReplyReady, mark: str = "") -> Sayable:
    """An opened reply as it is sent; a mark stands above each part of its text.

    A text that is too long for buttons is sent without, unless they answer what it asks: then it
    is cut so that they fit under its end. A picture has none. Choices are written under the text
    where no list fits. A document is a part without a text, behind the others; then there are no
    buttons either, and a place is told under the text. Else it is the last part.
    """
    location = reply.location
    if location is None:
        return _text_of(reply, mark)
    if reply.document is not None:
        text = f"{reply.text}\n\n{pins.in_words(location)}"
        return _text_of(reply.model_copy(update={"text": text}), mark)
    said = _text_of(reply, mark)
    return replace(said, parts=[*said.parts, location.name], location=location, has_pin=True)


def _text_of(reply: ReplyReady, mark: str) -> Sayable:
    if listed := _over_a_list(reply, mark):
        return listed
    text = in_words(reply.text, reply.choices) if reply.choices else reply.text
    has_picture = reply.picture is not None
    parts = parts_of(text, below_a_picture=has_picture, mark=mark)
    if reply.document is not None:
        return Sayable([*parts, ""])
    given = _usable(reply.buttons or ())
    if not given or (has_picture and len(parts) == 1):
        return Sayable(parts)
    if length(parts[0]) <= OVER_BUTTONS and len(parts) == 1:
        return Sayable(parts, given)
    if not buttons.ask(button.payload for button in given):
        return Sayable(parts)
    if length(parts[-1]) > OVER_BUTTONS:
        parts = parts_of(text, below_a_picture=has_picture, mark=mark, most=OVER_BUTTONS)
    return Sayable(parts, given)


def in_words(text: str, choices: Choices) -> str:
    """The text with what there is to choose from under it: whole, where that is still one part."""
    whole, short = (written_out(text, choices, whole=whole) for whole in (True, False))
    return whole if length(whole) <= LIMIT or length(short) > LIMIT else short


def _over_a_list(reply: ReplyReady, mark: str) -> Sayable | None:
    """None where it cannot be so: WhatsApp shows a list under a short text, and by itself."""
    choices = reply.choices
    has_medium = reply.picture is not None or reply.document is not None
    if choices is None or reply.buttons or has_medium or not _is_list(choices):
        return None
    parts = parts_of(reply.text, below_a_picture=False, mark=mark)
    fits = len(parts) == 1 and length(parts[0]) <= OVER_BUTTONS
    return Sayable(parts, choices=choices) if fits else None


def _is_list(choices: Choices) -> bool:
    """Whether WhatsApp shows it: nothing too long, no two titles or payloads the same."""
    items = choices.items
    titles, payloads = {item.title for item in items}, {item.payload for item in items}
    return (
        0 < len(items) <= buttons.MOST_CHOICES
        and len(items) == len(titles) == len(payloads)
        and _is_label(choices.label)
        and all(
            item.title.strip()
            and length(item.title) <= buttons.LONGEST_TITLE
            and length(item.description or "") <= buttons.LONGEST_DESCRIPTION
            for item in items
        )
    )


def _usable(given: Sequence[Button]) -> list[Button]:
    """Those that WhatsApp shows: with a label each, no two labels or payloads the same."""
    by_label = {button.label: button for button in given if _is_label(button.label)}
    by_payload = {button.payload: button for button in reversed(by_label.values())}
    return list(reversed(by_payload.values()))[: buttons.MOST]


def _is_label(label: str) -> bool:
    return bool(label.strip()) and length(label) <= buttons.LONGEST_LABEL
