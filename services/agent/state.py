"""What the agent holds of a conversation: ids, counts and fingerprints, never texts."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.buttons import Answer
from contracts.conversation import RULES
from contracts.reminders import ReminderAnswered
from taskflow.words.languages import SOURCE

MOST_SILENCED = 32
"""Senders of ours that a STOP is remembered of, beside the last."""
MOST_ANSWERED = 32
"""Reminders whose buttons are known to have been pressed."""


class Pending(BaseModel):
    model_config = ConfigDict(frozen=True)

    message: UUID
    at: datetime
    at_once: bool = False
    """Buttons and places are whole by themselves: nothing more is to be waited for."""
    media_left: int | None = 0
    """Media that are not settled, voice notes not in words; None: nobody knows how many."""
    version: int = 0
    """Of the event since which it waits."""

    def settled(self, of: int, by: int) -> "Pending":
        """`of`: how many media the message has; `by`: how many of them are settled now."""
        left = of if self.media_left is None else self.media_left
        return self.model_copy(update={"media_left": max(0, left - by)})


class ClosingReply(BaseModel):
    """What ended a turn, on its way: an operator who takes over may bring its messages back."""

    model_config = ConfigDict(frozen=True)

    reply: UUID
    covers: tuple[Pending, ...] = ()
    owed: tuple[UUID, ...] = ()
    """What it tells, and was owed before it."""
    owed_turns: tuple[UUID, ...] = ()
    introduces: bool = False
    """Whether it is the first that says who we are."""
    parts: int = 0
    """Known from the first claim on."""
    stands: tuple[tuple[int, int], ...] = ()
    """Parts that count as sent, each with the attempt that did it."""
    went: bool = False
    """Whether some of it did before it was given back from its dead letter."""
    sending: tuple[int, int] | None = None
    """The part and attempt that is claimed and has no outcome."""
    withdrawn: bool = False
    """An operator took over after it: nothing more of it is said."""
    parked: UUID | None = None
    """By what it was given up: it may be given back."""

    @property
    def is_whole(self) -> bool:
        return 0 < self.parts <= len({part for part, _ in self.stands})

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is under way or to do."""
        done = self.is_whole or self.withdrawn or self.parked is not None
        return done and self.sending is None


class Proposal(BaseModel):
    """An action that waits for the user's yes."""

    model_config = ConfigDict(frozen=True)

    proposed: UUID
    fingerprint: str
    zone: str | None = None
    """The guess of the user's zone that their yes confirms as well."""


class Undoable(BaseModel):
    """The newest reply that told of changes: one undo takes back all of them."""

    model_config = ConfigDict(frozen=True)

    reply: UUID
    sent_at: datetime | None = None
    """When its last part went out; None: not yet."""
    since: int = 0
    """A word written after this version may take it back: what was written while the reply had not
    gone out, or while a turn was open, meant something else."""


class Answered(BaseModel):
    """A reminder that its user answered by a button."""

    model_config = ConfigDict(frozen=True)

    reply: UUID
    """By which it was said."""
    answer: Answer
    call: UUID | None = None
    """Of the tool that was asked to say it again."""


class Conversation(BaseModel):
    model_config = ConfigDict(frozen=True)

    stream: str = ""
    turn: UUID | None = None
    turn_version: int = 0
    rules: int = RULES
    """That decide the open turn (docs/policy.md)."""
    languages: tuple[str, ...] = ()
    """Of the newest turns, BCP 47, the open one's last."""
    step: int = 0
    waiting: frozenset[UUID] = frozenset()
    """Tool calls without an outcome."""
    waiting_since: datetime | None = None
    wait_ends: datetime | None = None
    """The latest deadline of those calls: a longer wait is a scheduler's that was down."""
    pending: tuple[Pending, ...] = ()
    covers: tuple[Pending, ...] = ()
    """The messages that the open turn answers."""
    ended: int = 0
    driver: UUID | None = None
    tokens: int = 0
    worked_ms: int = 0
    repairs: int = 0
    """Answers in a row that led to nothing."""
    caught: bool = False
    """Whether an answer of the open turn was sent back for a false claim."""
    changing: frozenset[UUID] = frozenset()
    """Open calls that change something."""
    owed: tuple[UUID, ...] = ()
    """Outcomes of such calls that no reply has told yet, also of turns that ended without one."""
    owed_turns: tuple[UUID, ...] = ()
    """Turns that may have changed the profile, and no reply has told it yet."""
    undoable: Undoable | None = None
    """What the user may take back by a word."""
    undoing: bool = False
    """Whether the open turn takes changes back: it ends without the model."""
    answered: tuple[Answered, ...] = ()
    """The newest reminders that were."""
    answering: Literal["done", "again"] | None = None
    """Whether the open turn answers buttons of reminders and nothing else: it ends without the
    model, and was to have one said again, or not."""
    outside: bool = False
    """Whether strangers' text ever came in: the model was shown it, or a summary of it."""
    proposed: tuple[Proposal, ...] = ()
    """In the open turn."""
    asked: tuple[Proposal, ...] = ()
    """In our last words to the user: what a yes, and nothing else, allows."""
    asked_in: UUID | None = None
    """That reply."""
    asked_at: int | None = None
    """The version at which its last part went out: what was written before is no answer to it."""
    zone_asked: bool = False
    """Whether a reply ever asked for the user's zone: none does it again."""
    summary: UUID | None = None
    """The newest summary of older turns."""
    summaries: int = 0
    summary_upto: int = 0
    """The last version that it covers."""
    turns_since: int = 0
    """Turns ended since it was written."""
    gone: tuple[UUID, ...] = ()
    """Replies that may not have reached the user: the next one tells them again."""
    asks_to_forget: bool = False
    """Whether the open turn's reply asks if everything is to be forgotten."""
    forgetting: UUID | None = None
    """The question that was asked last whether everything is to be forgotten."""
    asked_to_forget: bool = False
    """Whether our last words asked it."""
    leaving_since: datetime | None = None
    """They said yes: no turn is opened any more, and the driver stands until all is destroyed."""
    goodbye: UUID | None = None
    parted: bool = False
    """Whether the goodbye left, or never will."""
    introduced: bool = False
    """Whether any reply ever answered them: the first one says who we are."""
    introduces: bool = False
    """Whether the open turn's reply does."""
    consent: bool = True
    """Whether they want to hear from the sender that they wrote to last: while they do not, nothing
    wakes a turn."""
    sender: str | None = None
    """That one; None as long as no event has named one."""
    silenced: tuple[str, ...] = ()
    """The other senders that they said STOP to, the newest few."""
    taken: UUID | None = None
    """The takeover that lasts: an operator has the word, and no turn opens."""
    spoke_at: datetime | None = None
    """When they said something last, or took over."""
    settled: int = 0
    """Messages up to this version are settled: a person who had seen them said something."""
    answers: tuple[ClosingReply, ...] = ()
    """On their way to the user; of those that are over, the newest few."""
    lines: tuple[UUID, ...] = ()
    """Replies of an operator's, the newest few."""
    forgotten: bool = False

    @property
    def language(self) -> str:
        """In which the user is spoken to: that of the newest turn."""
        return self.languages[-1] if self.languages else SOURCE

    @property
    def asked_zone(self) -> str | None:
        """The guess that our last words asked about."""
        return next((proposal.zone for proposal in self.asked if proposal.zone), None)

    def with_answers(self, said: ReminderAnswered) -> "Conversation":
        new = [
            Answered(reply=answer.reply, answer=answer.answer, call=answer.call)
            for answer in said.answers
        ]
        again = {answered.reply for answered in new}
        before = [answered for answered in self.answered if answered.reply not in again]
        means = "again" if any(answered.call for answered in new) else "done"
        return self.but(
            step=said.step + 1,
            answering=means if said.alone else None,
            answered=(*before, *new)[-MOST_ANSWERED:],
        )

    def written_to(self, sender: str | None) -> "Conversation":
        """A STOP is one sender's; who names none writes to that of now."""
        if sender is None or sender == self.sender:
            return self
        if self.sender is None:
            return self.but(sender=sender)
        there = {sender, self.sender}
        silenced = tuple(other for other in self.silenced if other not in there)
        if not self.consent:
            silenced = (*silenced, self.sender)[-MOST_SILENCED:]
        return self.but(sender=sender, consent=sender not in self.silenced, silenced=silenced)

    @property
    def is_answering(self) -> bool:
        """Whether an answer of before the takeover is on its way still."""
        return any(answer.withdrawn and answer.sending is not None for answer in self.answers)

    def but(self, **changes: Any) -> "Conversation":
        return self.model_copy(update=changes)
