"""A log as people make it, of any length, the same for the same seed: for replays."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg
import orjson

COLUMNS = (
    "event_id",
    "stream",
    "version",
    "type",
    "schema_version",
    "user_id",
    "payload",
    "cause",
    "correlation",
    "trace",
    "recorded_at",
)
CHUNK = 20_000
BEGAN = datetime(2026, 11, 1, 6, tzinfo=UTC)
SEALED = {"sealed": "AZ9k" * 40}
"""As long as a sealed sentence; nothing opens it."""
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Row = tuple[Any, ...]


async def fill(dsn: str, count: int, *, users: int, seed: int = 7, start: int = 0) -> None:
    """Events `start` to `count` of this log, by COPY as its owner."""
    connection = await asyncpg.connect(dsn)
    rows = islice(LongLog(users, seed).rows(), start, count)
    try:
        while chunk := list(islice(rows, CHUNK)):
            await connection.copy_records_to_table("events", records=chunk, columns=COLUMNS)
        await connection.execute("analyze events")
    finally:
        await connection.close()


class LongLog:
    def __init__(self, users: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._users = [self._id() for _ in range(users)]
        self._versions: defaultdict[str, int] = defaultdict(int)
        self._at = BEGAN
        self._turns: defaultdict[UUID, int] = defaultdict(int)
        self._correlation = self._id()

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def rows(self) -> Iterator[Row]:
        while True:
            user = self._chance.choice(self._users)
            self._correlation = self._id()
            yield from self._exchange(user)
            what = self._chance.random()
            if what < 0.05:
                yield from self._reminder(user)
            elif what < 0.08:
                yield from self._watch(user)
            elif what < 0.1:
                yield from self._profile(user)
            elif what < 0.102:
                yield self._row(f"conversation-{user}", "user.forgotten", user, {})
                self._users[self._users.index(user)] = self._id()

    def _exchange(self, user: UUID) -> Iterator[Row]:
        stream = f"conversation-{user}"
        for _ in range(self._chance.choice((1, 1, 1, 2, 3))):
            yield self._row(stream, "message.received", user, self._message())
        if self._chance.random() < 0.1:
            return
        yield (started := self._row(stream, "turn.started", user, {"number": self._turns[user]}))
        turn = started[0]
        self._turns[user] += 1
        step = 1
        if self._chance.random() < 0.4:
            yield self._answer(stream, user, turn, step)
            yield (call := self._row(stream, "tool.requested", user, self._call(turn, step), 2))
            ends = self._chance.random()
            if ends < 0.9:
                done = {"call": call[0], "tool": "search_web", "result": SEALED, "took_ms": 412}
                yield self._row(stream, "tool.finished", user, done, 2)
            elif ends < 0.95:
                failed = {"call": call[0], "tool": "search_web", "error": SEALED}
                yield self._row(stream, "tool.failed", user, {**failed, "code": "timeout"}, 2)
            step = 2
        if self._chance.random() < 0.02:
            failed = {"turn": turn, "step": step, "reason": "unavailable", "detail": "503"}
            yield self._row(stream, "model.failed", user, {**failed, "attempts": 3})
            kind = "apology"
        else:
            yield self._answer(stream, user, turn, step)
            kind = "answer"
        yield from self._reply(stream, user, kind, turn)

    def _reply(self, stream: str, user: UUID, kind: str, turn: UUID | None) -> Iterator[Row]:
        said = {"turn": turn, "kind": kind, "text": SEALED, "in_reply_to": None}
        more = {"tells_again": [], "picture": None}
        yield (ready := self._row(stream, "reply.ready", user, {**said, **more}, 3))
        reply, sid = ready[0], f"SM{self._id().hex}"
        claim = {"reply": reply, "part": 0, "parts": 1, "attempt": 1, "token": self._id()}
        yield self._row(stream, "reply.sending", user, claim)
        outcome = self._chance.random()
        if outcome < 0.03:
            failed = {"reply": reply, "part": 0, "attempt": 1, "code": 63016, "reason": "window"}
            yield self._row(stream, "reply.failed", user, failed)
            return
        sent = {"reply": reply, "part": 0, "attempt": 1, "message_ref": sid}
        yield self._row(stream, "reply.sent", user, {**sent, "known_by": "response"})
        told = {"reply": reply, "part": 0, "message_ref": sid}
        if outcome < 0.95:
            yield self._row(stream, "reply.delivered", user, told)
        if outcome < 0.7:
            yield self._row(stream, "reply.read", user, told)

    def _reminder(self, user: UUID) -> Iterator[Row]:
        reminder = self._id()
        stream = f"reminder-{reminder}"
        rrule = self._chance.choice((None, "FREQ=DAILY"))
        told = {"reminder": reminder, "text": SEALED, "local_time": "2026-11-02T09:00"}
        where = {"zone": "Europe/Berlin", "rrule": rrule, "tzdata": "2026.1"}
        yield self._row(stream, "reminder.set", user, {**told, **where})
        if self._chance.random() < 0.6:
            fired = {"reminder": reminder, "due": self._at, "late_s": 0.2}
            yield self._row(stream, "reminder.fired", user, fired)
            yield from self._reply(f"conversation-{user}", user, "reminder", None)
        if self._chance.random() < 0.3:
            yield self._row(stream, "reminder.cancelled", user, {"reminder": reminder})

    def _watch(self, user: UUID) -> Iterator[Row]:
        watch = self._id()
        stream = f"watch-{watch}"
        page = UUID(int=self._chance.randrange(5), version=4)
        about = {"watch": watch, "page": page, "url": SEALED, "product": None, "goal": "drop"}
        goal = {"below": None, "currency": "EUR", "drop_percent": "10", "until": "2026-12-01"}
        yield self._row(stream, "watch.set", user, {**about, **goal, "zone": "Europe/Berlin"})
        for amount in ("99.90", "79.90")[: self._chance.randint(0, 2)]:
            seen = {"watch": watch, "due": self._at, "amount": amount, "currency": "EUR"}
            more = {"in_stock": True, "suspected": False, "title": SEALED, "evidence": SEALED}
            yield self._row(stream, "watch.seen", user, {**seen, **more})
        if self._chance.random() < 0.4:
            told = {"watch": watch, "due": self._at, "was": "99.90", "now": "79.90"}
            yield self._row(stream, "watch.alerted", user, {**told, "currency": "EUR"})
        if self._chance.random() < 0.3:
            yield self._row(stream, "watch.stopped", user, {"watch": watch, "by": "user"})

    def _profile(self, user: UUID) -> Iterator[Row]:
        stream, source = f"profile-{user}", self._id()
        for kind in ("name", "language"):
            fact = {"kind": kind, "value": SEALED, "about": None, "zone": None, "said": SEALED}
            told = {**fact, "source": source, "rule": "says_so"}
            yield (learned := self._row(stream, "profile.learned", user, told))
        if self._chance.random() < 0.5:
            gone = {"facts": [learned[0]], "source": source}
            yield self._row(stream, "profile.forgotten", user, gone)

    def _message(self) -> dict[str, Any]:
        said = {"message_ref": f"SM{self._id().hex}", "channel": "whatsapp", "kind": "text"}
        zone = self._chance.choice((None, "Europe/Berlin", "Asia/Kolkata"))
        return {**said, "text": SEALED, "profile_name": SEALED, "media": None, "zone": zone}

    def _call(self, turn: UUID, step: int) -> dict[str, Any]:
        asked = {"turn": turn, "step": step, "tool": "search_web", "owner": "tools"}
        more = {"vendor_call_id": None, "arguments": SEALED, "zone": "Europe/Berlin"}
        due = self._at + timedelta(seconds=30)
        return {**asked, **more, "zone_known": True, "deadline": due, "asker": None}

    def _answer(self, stream: str, user: UUID, turn: UUID, step: int) -> Row:
        used = self._chance.randrange(200, 3_000)
        model = self._chance.choice(("gemini-3.8-flash", "gemini-3.8-flash", "another"))
        usage = {"input": used, "output": 60, "thoughts": 20, "cached": 0, "total": used + 80}
        asked = {"turn": turn, "step": step, "model": model, "prompt_version": "v3-0a1b2c3d"}
        said = {"content": SEALED, "finish_reason": "STOP", "response_id": None}
        more = {"usage": usage, "request_hash": "0" * 64, "took_ms": 700 + used}
        return self._row(stream, "model.answered", user, {**asked, **said, **more})

    def _row(
        self, stream: str, type_: str, user: UUID, payload: dict[str, Any], schema: int = 1
    ) -> Row:
        self._versions[stream] += 1
        self._at += timedelta(milliseconds=self._chance.randrange(50, 4_000))
        return (
            self._id(),
            stream,
            self._versions[stream],
            type_,
            schema,
            user,
            orjson.dumps(payload).decode(),
            None,
            self._correlation,
            TRACE,
            self._at,
        )
