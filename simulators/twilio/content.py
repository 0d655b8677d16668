"""The contents that the account has at Twilio, and how WhatsApp sees each; kept on disk."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, Self

from simulators.phone.journal import Journal

ApprovalStatus = Literal["received", "pending", "approved", "rejected", "paused", "disabled"]
RICHEST_FIRST = (
    "whatsapp/flows",
    "whatsapp/authentication",
    "whatsapp/card",
    "twilio/flows",
    "twilio/schedule",
    "twilio/carousel",
    "twilio/catalog",
    "twilio/card",
    "twilio/list-picker",
    "twilio/quick-reply",
    "twilio/call-to-action",
    "twilio/location",
    "twilio/media",
    "twilio/text",
)
"""Every type there is. Of the types of one content, WhatsApp gets the richest."""


@dataclass(frozen=True)
class Approval:
    """What was submitted to WhatsApp, and what came of it."""

    name: str
    category: str
    status: ApprovalStatus = "received"
    rejection_reason: str = ""
    allow_category_change: bool = True


@dataclass(frozen=True)
class StoredContent:
    sid: str
    language: str
    types: dict[str, dict[str, Any]]
    created: datetime
    updated: datetime
    friendly_name: str | None = None
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """A sample for each placeholder, which also stands in for a value that is not given."""
    approval: Approval | None = None

    @property
    def kind(self) -> str:
        """The one of its types that WhatsApp gets."""
        return next(name for name in RICHEST_FIRST if name in self.types)

    @property
    def is_approved(self) -> bool:
        return self.approval is not None and self.approval.status == "approved"

    def stands(self, at: datetime, status: ApprovalStatus, reason: str = "") -> Self:
        """The submitted content with another status."""
        if self.approval is None:
            raise ValueError("nothing was submitted")
        approval = replace(self.approval, status=status, rejection_reason=reason)
        return replace(self, approval=approval, updated=at)

    def as_json(self) -> dict[str, Any]:
        times = {"created": self.created.isoformat(), "updated": self.updated.isoformat()}
        return asdict(self) | times

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Reads its own writing, also that of a version with other fields."""
        approval = data["approval"]
        values: dict[str, Any] = {
            "created": datetime.fromisoformat(data["created"]),
            "updated": datetime.fromisoformat(data["updated"]),
            "approval": Approval(**approval) if approval else None,
        }
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        return cls(**(known | values))


class StoredContents:
    """In memory; given a journal, also kept on disk. Not thread-safe: one event loop."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._contents: dict[str, StoredContent] = {}
        self._burnt: set[str] = set()
        if journal:
            for record in journal.read():
                self._restore(record)
            journal.rewrite(list(self._kept()))

    def all(self) -> list[StoredContent]:
        """In order of creation."""
        return list(self._contents.values())

    def get(self, sid: str) -> StoredContent | None:
        return self._contents.get(sid)

    def put(self, content: StoredContent) -> StoredContent:
        """Keep a new content, or a newer state of one."""
        self._take(content)
        if self._journal:
            self._journal.append({"content": content.as_json()})
        return content

    def delete(self, sid: str) -> None:
        """A name that was rejected stays burnt."""
        del self._contents[sid]
        if self._journal:
            self._journal.rewrite(list(self._kept()))

    def is_burnt(self, name: str) -> bool:
        """A template of this name was rejected once."""
        return name in self._burnt

    def clear(self) -> None:
        self._contents.clear()
        self._burnt.clear()
        if self._journal:
            self._journal.rewrite([])

    def close(self) -> None:
        if self._journal:
            self._journal.close()

    def _take(self, content: StoredContent) -> None:
        self._contents[content.sid] = content
        if content.approval and content.approval.status == "rejected":
            self._burnt.add(content.approval.name)

    def _restore(self, record: dict[str, Any]) -> None:
        match record:
            case {"content": data}:
                self._take(StoredContent.from_json(data))
            case {"burnt": name}:
                self._burnt.add(name)
            case _:
                pass

    def _kept(self) -> Iterable[dict[str, Any]]:
        yield from ({"burnt": name} for name in sorted(self._burnt))
        yield from ({"content": content.as_json()} for content in self.all())
