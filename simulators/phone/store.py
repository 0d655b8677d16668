"""Every phone and every message of the simulated world; the one memory of Twilio and the page."""

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simulators.phone.address import bsuid_of, is_hidden
from simulators.phone.journal import Journal
from simulators.phone.message import ChatMessage, Contact, Status
from taskflow.clock import utc_now

WINDOW = timedelta(hours=24)
"""Free-form messages are allowed this long after a user's last message (WhatsApp)."""

Change = dict[str, Any]


class Phone:
    """In memory; given a journal, also kept on disk. Not thread-safe: one event loop."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._messages: dict[str, ChatMessage] = {}
        self._chats: dict[str, list[str]] = {}
        self._contacts: dict[str, Contact] = {}
        self._closed: set[tuple[str, str]] = set()
        """By user, the messages of theirs that no window stands open for any more."""
        self._erased: set[str] = set()
        self._listeners: set[asyncio.Queue[Change | None]] = set()
        if journal:
            self._restore(journal)

    # Chats

    def users(self) -> list[str]:
        """Who has a chat, in order of their first message."""
        return list(self._chats)

    def chat(self, user: str) -> list[ChatMessage]:
        return [self._messages[sid] for sid in self._chats.get(user, ())]

    def all(self) -> list[ChatMessage]:
        """In order of creation."""
        return list(self._messages.values())

    def get(self, sid: str) -> ChatMessage | None:
        return self._messages.get(sid)

    def is_erased(self, sid: str) -> bool:
        return sid in self._erased

    def at_twilio(self) -> list[ChatMessage]:
        """In order of creation, without what was erased there."""
        return [message for message in self.all() if message.sid not in self._erased]

    def last_inbound(self, user: str, business: str | None = None) -> ChatMessage | None:
        """What they wrote last, to this number of the business, or to any."""
        return _last_to(self.chat(user), business)

    def last_body(self, user: str) -> str | None:
        last = self.last_inbound(user)
        return last.body if last else None

    def users_who_wrote(self, text: str) -> list[str]:
        """Users whose last message is this text, the latest first."""
        lasts = [last for user in self.users() if (last := self.last_inbound(user))]
        lasts.sort(key=lambda last: last.at, reverse=True)
        return [last.user for last in lasts if last.body.strip() == text.strip()]

    def window_is_open(self, user: str, now: datetime, business: str | None = None) -> bool:
        """Between a user and a number of the business; None: any of them.

        A business-scoped id's is its person's, whichever number they wrote from.
        """
        last = _last_to(self._written_by(user), business)
        return last is not None and (user, last.sid) not in self._closed and _is_in(last, now)

    def _written_by(self, user: str) -> list[ChatMessage]:
        if not is_hidden(user):
            return self.chat(user)
        return [message for message in self.all() if user in {message.bsuid, message.user}]

    def close_window(self, user: str, business: str | None = None) -> None:
        """As if 24 hours had passed since the user's last message to this number, or to any."""
        self._closed |= {
            (user, message.sid)
            for message in self._written_by(user)
            if message.direction == "inbound" and business in {None, message.business}
        }

    # Changes

    def put(self, message: ChatMessage) -> ChatMessage:
        """Keep a new message, or a newer state of one."""
        self._file(message)
        change = {"message": message.as_json()}
        if message.sid in self._erased:
            self._tell(change)
        else:
            self._keep(change)
        return message

    def advance(self, sid: str, status: Status, at: datetime, **changes: Any) -> ChatMessage | None:
        """The message if this moved it forward; None if it is gone or was further already."""
        message = self._messages.get(sid)
        if message is None or (moved := message.became(status, at, **changes)) is message:
            return None
        return self.put(moved)

    def amend(self, sid: str, **changes: Any) -> None:
        if message := self._messages.get(sid):
            self.put(replace(message, **changes))

    def erase(self, sid: str) -> None:
        """Twilio and the disk have it no more; a person's phone shows it until this process ends.

        So does their name, once nothing that they wrote or read is left.
        """
        self._erased.add(sid)
        if self._journal:
            self._journal.rewrite(self._kept())

    def meet(
        self, user: str, name: str = "", bsuid: str = "", now: datetime | None = None
    ) -> Contact:
        """The person with this address, made known or renamed.

        A number that comes with another id has changed hands: its chat begins anew, and whoever
        had it before keeps their id alone.
        """
        known = self._contacts.get(user)
        has_changed_hands = known is not None and bool(bsuid) and bsuid != known.bsuid
        if known and has_changed_hands:
            self._keep_contact(Contact(known.bsuid, known.name, known.bsuid))
            self._chats.pop(user, None)
            return self._keep_contact(
                Contact(user, name or user, bsuid, since=(now or utc_now()).isoformat())
            )
        return self._keep_contact(
            Contact(
                user,
                name or (known.name if known else user),
                bsuid or (known.bsuid if known else bsuid_of(user)),
                since=known.since if known else "",
            )
        )

    def _keep_contact(self, contact: Contact) -> Contact:
        if contact != self._contacts.get(contact.user) or self._is_erased(contact.user):
            self._contacts[contact.user] = contact
            self._keep({"contact": contact.as_json()})
        return contact

    def contacts(self) -> list[Contact]:
        return list(self._contacts.values())

    def typing(self, user: str, seconds: float) -> None:
        """TaskFlow types; it marks what the user wrote as read."""
        for message in self.chat(user):
            if message.direction == "inbound" and not message.seen:
                self.amend(message.sid, seen=True)
        self._tell({"typing": {"user": user, "seconds": seconds}})

    def clear(self) -> None:
        self._messages.clear()
        self._chats.clear()
        self._contacts.clear()
        self._closed.clear()
        self._erased.clear()
        if self._journal:
            self._journal.rewrite([])
        self._tell({"reset": True})

    # Listening

    @contextmanager
    def subscribe(self) -> Generator[AsyncIterator[Change]]:
        """What changes from now on, until the phone is closed."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every subscription, so that no open stream holds up a stop."""
        self._tell(None)
        if self._journal:
            self._journal.close()

    def _file(self, message: ChatMessage) -> None:
        if message.sid not in self._messages:
            self._chats.setdefault(message.user, []).append(message.sid)
        self._messages[message.sid] = message

    def _keep(self, change: Change) -> None:
        if self._journal:
            self._journal.append(change)
        self._tell(change)

    def _tell(self, change: Change | None) -> None:
        for queue in self._listeners:
            queue.put_nowait(change)

    def _restore(self, journal: Journal) -> None:
        for record in journal.read():
            match record:
                case {"message": data}:
                    self._file(ChatMessage.from_json(data))
                case {"contact": {"user": user, "name": name, "bsuid": bsuid} as contact}:
                    since = contact.get("since", "")
                    self._contacts[user] = Contact(user, name, bsuid, since)
                case _:
                    pass
        for user, chat in self._chats.items():
            since = self._contacts[user].since if user in self._contacts else ""
            chat[:] = [sid for sid in chat if self._messages[sid].at.isoformat() >= since]
        journal.rewrite(self._kept())

    def _is_erased(self, user: str) -> bool:
        """Nothing that they wrote or were told is left."""
        chat = self._chats.get(user)
        return bool(chat) and self._erased.issuperset(chat)

    def _kept(self) -> list[Change]:
        people = [
            contact for contact in self._contacts.values() if not self._is_erased(contact.user)
        ]
        changes = [{"contact": contact.as_json()} for contact in people]
        return changes + [{"message": message.as_json()} for message in self.at_twilio()]


def _last_to(chat: Sequence[ChatMessage], business: str | None) -> ChatMessage | None:
    written = (message for message in reversed(chat) if message.direction == "inbound")
    return next((message for message in written if business in {None, message.business}), None)


def _is_in(message: ChatMessage, now: datetime) -> bool:
    return now - message.at <= WINDOW


async def _drain(queue: asyncio.Queue[Change | None]) -> AsyncIterator[Change]:
    while (change := await queue.get()) is not None:
        yield change
