"""A message as the phone shows it and as Twilio keeps it."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, Self

from simulators.phone.address import readable

Direction = Literal["inbound", "outbound"]
"""As TaskFlow sees it: inbound is what a person typed."""
Status = Literal[
    "accepted", "queued", "sent", "delivered", "read", "undelivered", "failed", "received"
]
RANKS: dict[Status, int] = {
    "accepted": 0,
    "queued": 1,
    "received": 1,
    "sent": 2,
    "delivered": 3,
    "read": 4,
    "undelivered": 5,
    "failed": 5,
}
"""A status never goes back to one of a lower rank."""
WHATSAPP = "whatsapp:"


@dataclass(frozen=True)
class PhoneButton:
    """Under a message; who presses it says its title, and `id` comes along."""

    title: str
    id: str
    description: str | None = None
    """Of a choice of a list."""


@dataclass(frozen=True)
class ChatMessage:
    sid: str
    direction: Direction
    user: str
    """E.164 number or business-scoped id, without the channel."""
    body: str
    status: Status
    at: datetime
    updated: datetime
    sent_at: datetime | None = None
    business: str = ""
    media_url: str | None = None
    media_type: str | None = None
    media_kept: bool = False
    """Twilio's copy of what TaskFlow sent lies on the disk (see pictures.py)."""
    error_code: int | None = None
    error_message: str | None = None
    messaging_service: str | None = None
    template: str | None = None
    """By which of Twilio's contents it was made."""
    is_template: bool = False
    """Sent as what WhatsApp had approved, not free-form."""
    buttons: tuple[PhoneButton, ...] = ()
    opens: str | None = None
    """What opens them, where they are the choices of a list."""
    replied_to: str | None = None
    """Inbound: the sid of the message whose button was pressed, or that this one quotes."""
    is_quote: bool = False
    attached: str | None = None
    """Inbound: the type of what they sent along; their phone keeps it, whatever Twilio has."""
    file_name: str | None = None
    """Of what they sent along, or of a document of TaskFlow's."""
    said: str | None = None
    """Inbound: what they said in a voice note."""
    place: str | None = None
    """The name of a place that they shared, or were sent: then the body is the same."""
    at_degrees: tuple[str, str] | None = None
    """Its latitude and longitude."""
    address: str = ""
    """What is told under its name."""
    forwarded: bool = False
    status_callback: str | None = None
    webhook_status: int | None = None
    """What TaskFlow answered to an inbound message; None while unknown, and when it did not."""
    webhook_error: str | None = None
    seen: bool = False
    """Inbound: TaskFlow marked it read. Outbound: the person has it on the screen."""
    bsuid: str = ""
    """Inbound: the business-scoped id of whoever had the number then."""

    @property
    def from_(self) -> str:
        return WHATSAPP + (self.user if self.direction == "inbound" else self.business)

    @property
    def to(self) -> str:
        return WHATSAPP + (self.business if self.direction == "inbound" else self.user)

    @property
    def has_picture(self) -> bool:
        if self.attached:
            return self.attached.startswith("image/")
        return self.media_kept and (self.media_type or "").startswith("image/")

    @property
    def has_document(self) -> bool:
        """Whether TaskFlow sent a file that the phone opens in another application."""
        return self.media_kept and not self.attached and not self.has_picture

    @property
    def tick(self) -> str:
        """How the bubble stands on the phone: an inbound one by what TaskFlow did with it."""
        if self.direction == "outbound":
            return self.status
        if self.webhook_status is None:
            return "lost" if self.webhook_error else "sent"
        if not 200 <= self.webhook_status < 300:
            return "lost"
        return "read" if self.seen else "delivered"

    def became(self, status: Status, at: datetime, **changes: Any) -> Self:
        """The message with a later status; an earlier one changes nothing."""
        if RANKS[status] <= RANKS[self.status]:
            return self
        return replace(self, status=status, updated=at, **changes)

    def as_json(self) -> dict[str, Any]:
        data = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }
        shown = {"has_picture": self.has_picture, "has_document": self.has_document}
        return data | {"tick": self.tick, **shown}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Reads its own writing, also that of a version with other fields."""
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        values: dict[str, Any] = {
            name: datetime.fromisoformat(data[name])
            for name in ("at", "updated", "sent_at")
            if data.get(name)
        }
        if data.get("at_degrees"):
            values["at_degrees"] = tuple(data["at_degrees"])
        values["buttons"] = tuple(PhoneButton(**button) for button in data.get("buttons", ()))
        return cls(**(known | values))


@dataclass(frozen=True)
class Contact:
    """A person with a phone. A hidden number leaves only the business-scoped id as address."""

    user: str
    name: str
    bsuid: str
    since: str = ""
    """Since when the number is theirs, in ISO 8601, if it was another person's before."""

    @property
    def hidden(self) -> bool:
        return self.user == self.bsuid

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "hidden": self.hidden, "shown": readable(self.user)}
