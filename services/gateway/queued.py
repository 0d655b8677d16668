"""A reply in its user's lane, part by part. Pure; lane.py says which facts move it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.conversation import ReplyKind
from contracts.replies import ReplySending

ANSWERS = frozenset[ReplyKind]({"answer", "apology"})
"""What ends a turn: an operator who takes over speaks instead."""
Place = tuple[UUID, int, int]
"""Of an attempt: reply, part, attempt."""
SAYS_HOW_LATE = 3
"""The first rules of a claim by which what was held says how late it is."""


class ReplyPart(BaseModel):
    model_config = ConfigDict(frozen=True)

    attempts: tuple[int, ...] = ()
    """The version of each attempt's claim; 0 of one that was held instead."""
    senders: tuple[str | None, ...] = ()
    """Of ours, by attempt: which it went from."""
    tries: int = 1
    """Attempts since the part was last put to do by anything else than a failed one."""
    done: bool = False


class Queued(BaseModel):
    """A reply that waits, is on its way, is held, or went."""

    model_config = ConfigDict(frozen=True)

    reply: UUID
    kind: ReplyKind
    ready: int
    """The version of its `reply.ready`: replies go in this order."""
    language: str | None = None
    """BCP 47; of those that may need a template."""
    pieces: tuple[ReplyPart, ...] = (ReplyPart(),)
    """Its parts; how many there are is known from the first claim on."""
    sending: int | None = None
    """The part that is claimed and has no outcome."""
    template: str | None = None
    """By which it was claimed last: that is one part, for all of it."""
    tried_template: bool = False
    """Whether one went, or was refused as it is: none is tried again."""
    marked: bool = False
    """Whether its last claim says that a machine speaks."""
    token: UUID | None = None
    """Of the claim, while it is sending; None: to do."""
    claimed_at: datetime | None = None
    not_before: datetime | None = None
    has_buttons: bool = False
    """Whether they, or a list, are still to go under it: once refused, it goes without."""
    pin: Literal["shown", "told"] | None = None
    """How the place goes that its last part is: on a map, or, once refused, in words."""
    has_picture: bool = False
    released_at: datetime | None = None
    """When its user wrote, for which it was held; None: it was not, or by rules of old."""
    alone: bool = False
    """Whether it joins no others: a message with it was refused as it is."""
    within: Place | None = None
    """The attempt at another reply by whose message its last attempt went."""
    given_up: bool = False
    """Failed or parked: never to do again; a refusal of its claims still tells of the window."""

    @property
    def is_of_consent(self) -> bool:
        """Whether it is a word on a STOP, which goes in spite of it."""
        return self.kind in {"confirmation", "notice"}

    @property
    def is_answer(self) -> bool:
        return self.kind in ANSWERS

    @property
    def part(self) -> int:
        """The one that is sending, or else the first to do."""
        if self.sending is not None:
            return self.sending
        return next(n for n, piece in enumerate(self.pieces) if not piece.done)

    @property
    def attempt(self) -> int:
        made = len(self.pieces[self.part].attempts)
        return made if self.token else made + 1

    @property
    def sender(self) -> str | None:
        """Which of ours the attempt goes from that is claimed."""
        return self.sender_of(self.part, self.attempt)

    @property
    def tries(self) -> int:
        return self.pieces[self.part].tries

    @property
    def untried(self) -> bool:
        """Whether its part was never claimed; held it may have been."""
        return not any(self.pieces[self.part].attempts)

    @property
    def over(self) -> bool:
        return all(piece.done for piece in self.pieces)

    def shows(self, part: int) -> bool:
        """Whether a part has more than words: a pin, or what stands under the text's end."""
        behind = len(self.pieces) - 1 - part
        if self.pin is None:
            return self.has_buttons and behind == 0
        return self.pin == "shown" if behind == 0 else self.has_buttons and behind == 1

    def in_words(self, part: int) -> "Queued":
        """Without what was refused in that part."""
        is_place = self.pin is not None and part == len(self.pieces) - 1
        return self.but(pin="told") if is_place else self.but(has_buttons=False)

    def but(self, **changes: Any) -> "Queued":
        return self.model_copy(update=changes)

    def claimed(self, claim: ReplySending, version: int, at: datetime) -> "Queued":
        """`version` and `at` are those of the claim in the log."""
        part = self.part
        more = tuple(ReplyPart() for _ in range(claim.parts - len(self.pieces)))
        reply = self.but(pieces=(*self.pieces, *more))
        if claim.template is None:
            reply = reply.without(max(claim.parts, part + 1))
        return reply.tried(version, tries=self.tries, sender=claim.sender).but(
            sending=part,
            token=claim.token,
            claimed_at=at,
            template=claim.template,
            marked=claim.marked,
            within=None,
            released_at=None if claim.rules < SAYS_HOW_LATE else self.released_at,
            tried_template=self.tried_template or claim.template is not None,
        )

    def held(self) -> "Queued":
        return self.tried(0, tries=1).but(not_before=None, within=None)

    def to_do(self, *, tries: int = 1) -> "Queued":
        """Its claimed part has an outcome, and is not done."""
        piece = self.pieces[self.part].model_copy(update={"tries": tries})
        settled = self.with_piece(self.part, piece)
        return settled.but(sending=None, token=None, claimed_at=None, not_before=None)

    def to_do_again(self, not_before: datetime | None = None) -> "Queued":
        """Nothing of that attempt stands: what it was tried by may be tried by again."""
        tried_template = self.tried_template and self.template is None
        again = self.to_do(tries=self.tries + 1)
        return again.but(not_before=not_before, tried_template=tried_template)

    def part_done(self) -> "Queued":
        """Its claimed part is; by a template, all of them are."""
        done = tuple(
            piece.model_copy(update={"done": True}) if self.template or n == self.part else piece
            for n, piece in enumerate(self.pieces)
        )
        return self.but(pieces=done, sending=None, token=None, claimed_at=None, not_before=None)

    def finished(self) -> "Queued":
        """Failed or parked."""
        return self.but(given_up=True, sending=None, token=None, claimed_at=None)

    def claim_of(self, part: int, attempt: int) -> int:
        """The version of an attempt's claim; 0 where there is none."""
        made = self.pieces[part].attempts if part < len(self.pieces) else ()
        return made[attempt - 1] if 0 < attempt <= len(made) else 0

    def sender_of(self, part: int, attempt: int) -> str | None:
        """Which of ours an attempt went from; None where its claim names none."""
        made = self.pieces[part].senders if part < len(self.pieces) else ()
        return made[attempt - 1] if 0 < attempt <= len(made) else None

    def is_done_by(self, part: int, attempt: int) -> bool:
        """Whether a part counts as done because of this very attempt."""
        if self.given_up or part >= len(self.pieces) or (self.template and part > 0):
            return False
        piece = self.pieces[part]
        return piece.done and len(piece.attempts) == attempt

    def undone(self, part: int) -> "Queued":
        """It never arrived; of a template, nothing did."""
        return self.but(
            pieces=tuple(
                piece.model_copy(update={"done": False, "tries": 1})
                if self.template or n == part
                else piece
                for n, piece in enumerate(self.pieces)
            )
        )

    def without(self, parts: int) -> "Queued":
        """Nothing is owed of parts that it had in an older release."""
        more = (piece.model_copy(update={"done": True}) for piece in self.pieces[parts:])
        return self.but(pieces=(*self.pieces[:parts], *more))

    def tried(self, claim: int, *, tries: int, sender: str | None = None) -> "Queued":
        piece = self.pieces[self.part]
        made = {"attempts": (*piece.attempts, claim), "senders": (*piece.senders, sender)}
        tried = piece.model_copy(update={**made, "tries": tries})
        return self.with_piece(self.part, tried)

    def with_piece(self, part: int, piece: ReplyPart) -> "Queued":
        return self.but(pieces=(*self.pieces[:part], piece, *self.pieces[part + 1 :]))


def place(reply: Queued) -> Place:
    """The attempt that it is at."""
    return reply.reply, reply.part, reply.attempt
