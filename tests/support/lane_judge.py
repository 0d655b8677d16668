"""Judges a lane by its recorded facts, and by what Twilio accepted and WhatsApp refused."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from contracts.consent import ConsentGiven, ConsentWithdrawn
from contracts.conversation import MessageReceived, ReplyKind, ReplyReady
from contracts.recorded import Recorded
from contracts.replies import (
    OPTED_OUT,
    WINDOW_SHUT,
    ReplyAssumed,
    ReplyDelivered,
    ReplyFailed,
    ReplyHeld,
    ReplyParked,
    ReplyRead,
    ReplyRefused,
    ReplySending,
    ReplySent,
    ReplyUndelivered,
)
from services.gateway.decider import MARGIN, WINDOWS
from services.gateway.lane import Lane
from services.gateway.state import RANKS
from tests.support.sender_books import SenderBooks

Attempt = tuple[UUID, int, int]
Outcome = ReplySent | ReplyRefused | ReplyAssumed | ReplyFailed

CLOCKS_APART = timedelta(minutes=5)
"""What a sender's clock may differ from the log's."""


class Accepted(Protocol):
    @property
    def sid(self) -> str: ...

    @property
    def attempt(self) -> Attempt: ...


class Books(Protocol):
    """What the vendor knows."""

    posts: Counter[Attempt]
    list_was_broken: bool

    @property
    def accepted(self) -> Sequence[Accepted]: ...

    @property
    def refused(self) -> set[str]: ...


class LaneJudge:
    """Sees each event once, with the lane after it."""

    def __init__(self, twilio: Books) -> None:
        self.twilio = twilio
        self.order: list[UUID] = []
        self.kinds: dict[UUID, ReplyKind] = {}
        self.parts: dict[UUID, int] = {}
        self.outcomes: dict[Attempt, Outcome] = {}
        self.parked: set[UUID] = set()
        self.failed: set[UUID] = set()
        self.repeats: Counter[tuple[UUID, int]] = Counter()
        self.held: dict[UUID, int] = {}
        """By reply, the version of its hold; until it is claimed."""
        self.troubled: set[UUID] = set()
        """What was held or refused by the window comes to the phone when it may."""
        self.version = 0
        self.parkings: dict[UUID, UUID] = {}
        """Replies that were given up, by the event that did."""
        self._waiting: set[UUID] = set()
        self._done: dict[tuple[UUID, int], int] = {}
        """By which attempt."""
        self._to_repeat: set[tuple[UUID, int]] = set()
        self._claims: dict[Attempt, int] = {}
        self._carried: dict[Attempt, list[Attempt]] = {}
        """By the attempt whose message says them."""
        self.digests = 0
        self._leads: Attempt = (UUID(int=0), 0, 0)
        """The attempt whose message was claimed last."""
        self._by_template: set[Attempt] = set()
        self._ranks: dict[tuple[str, UUID], int] = {}
        """By message and reply."""
        self._driver: UUID | None = None
        self.senders = SenderBooks()
        self._from: dict[Attempt, str | None] = {}
        """Of ours, which an attempt was claimed from."""
        self._words: dict[UUID, str | None] = {}
        """Replies that are words on a STOP, and the sender that it was said to."""
        self._dropped: set[UUID] = set()
        self._owes = False

    def see(self, one: Recorded[Any], lane: Lane) -> None:
        assert one.version == self.version + 1, "a version is missing or doubled"
        self.version = one.version
        self._enter(one)
        now = lane.driver
        assert now in {None, self._driver, one.event_id}, "an old event became driver"
        self._driver = now
        owes = bool(lane.queue or lane.owes)
        assert (now is None) != owes, "a lane without its driver, or the reverse"
        for sent in lane.sent:
            assert sent.rank == self._ranks[sent.message_ref, sent.reply], "a status went backwards"

    def at_twilio(self) -> None:
        """What the phone sees: nothing twice but by assumption, nothing out of order."""
        assert max(self.twilio.posts.values(), default=1) == 1, "an attempt was POSTed twice"
        for place, count in self.accepts().items():
            again = self.repeats[place] if self.twilio.list_was_broken else 0
            assert count <= 1 + again, "a part reached the phone twice"
        sure: list[tuple[int, int]] = []
        for message in self.twilio.accepted:
            for reply, part, attempt in self._said(message):
                assumed = isinstance(self.outcomes.get((reply, part, attempt)), ReplyAssumed)
                refused = message.sid in self.twilio.refused
                if not (assumed or refused or reply in self.troubled):
                    sure.append((self.order.index(reply), part))
        assert sure == sorted(sure), "parts reached the phone out of order"

    def accepts(self) -> Counter[tuple[UUID, int]]:
        """How often the phone has each part, or may get it yet."""
        refused = self.twilio.refused
        shown = (one for one in self.twilio.accepted if one.sid not in refused)
        return Counter(place[:2] for one in shown for place in self._said(one))

    def _said(self, message: Accepted) -> list[Attempt]:
        """What one message says: an attempt, and those that were claimed within it."""
        return [message.attempt, *self._carried.get(message.attempt, ())]

    def at_the_end(self) -> None:
        assert not self._owes, "who wrote after a STOP was not told what resumes"
        for reply, since in self.held.items():
            may = self.senders.now.consents or reply in self._words
            heard = self.senders.heard
            assert not may or heard < since, "a reply is held though its user wrote since"
        refused = (one for one in self.twilio.accepted if one.sid in self.twilio.refused)
        for reply, part, attempt in (place for one in refused for place in self._said(one)):
            counts = self._done.get((reply, part)) == attempt and reply not in self._given_up
            assert not counts, "a part counts as sent that WhatsApp refused"
        for reply, _ in self._to_repeat:
            owed = reply not in self._given_up and reply not in self.held
            assert not owed, "a part counts as sent that WhatsApp refused"
        for reply in self.order:
            over = self._is_whole(reply) or reply in self._given_up | self._dropped | set(self.held)
            assert over, "a part of a reply was left behind"

    def assumed_gone(self) -> bool:
        return any(
            isinstance(outcome, ReplyAssumed) and outcome.assumed == "gone"
            for outcome in self.outcomes.values()
        )

    @property
    def _given_up(self) -> set[UUID]:
        return self.parked | self.failed

    def _is_whole(self, reply: UUID) -> bool:
        return all((reply, part) in self._done for part in range(self.parts.get(reply, 1)))

    def _enter(self, one: Recorded[Any]) -> None:
        match one.event:
            case MessageReceived() as message:
                self._writes(message, one)
            case ConsentWithdrawn():
                self.senders.now.withdraws()
            case ConsentGiven():
                self._gives(one.version)
            case ReplyReady(kind=kind):
                self._is_ready(one.event_id, kind, again=one.cause in self.parkings)
            case ReplySending() as claim:
                self._claimed(claim, one.version)
            case ReplyHeld() as hold:
                self._is_held(hold, one)
            case ReplySent() | ReplyAssumed() | ReplyRefused() | ReplyFailed() as outcome:
                self._ends(outcome)
            case ReplyParked(reply=reply):
                self.parkings[one.event_id] = reply
                self._gives_up(self.parked, reply)
            case ReplyDelivered() | ReplyRead() | ReplyUndelivered() as told:
                self._is_told(told)
            case _:
                pass

    def _writes(self, message: MessageReceived, one: Recorded[Any]) -> None:
        if self.senders.is_written_to(message.sender):
            self._owes = False
            self._drop_words()
        now, word = self.senders.now, message.word
        now.heard, now.heard_at = one.version, one.recorded_at
        writes_on = word is None and not now.consents and not now.told
        self._owes = word is None and (self._owes or writes_on)
        frees = now.consents and word != "stop"
        if frees:
            self.senders.free()
        self._waiting |= set(self.held) if frees else set(self._words) & set(self.held)

    def _gives(self, version: int) -> None:
        now = self.senders.now
        now.consents, now.consented = True, version
        self._drop_words()
        self.senders.free()
        self._waiting |= set(self.held)

    def _drop_words(self) -> None:
        """The words on a STOP that are not on their way are never said."""
        flying = {reply for reply, *_ in set(self._claims) - set(self.outcomes)}
        self._drop(set(self._words) - flying)

    def _drop(self, words: set[UUID]) -> None:
        """Of those that are not done."""
        late = {one for one in words if not self._is_whole(one)}
        self._dropped |= late
        self._waiting -= late
        for one in late:
            self.held.pop(one, None)
            self._to_repeat.discard((one, 0))

    def _is_ready(self, reply: UUID, kind: ReplyKind, *, again: bool) -> None:
        self.order.append(reply)
        self.kinds[reply] = kind
        self._waiting.add(reply)
        if kind in {"confirmation", "notice"}:
            self._words[reply] = self.senders.name
            self.parts[reply] = 1
            if self.senders.now.consents:
                self._drop({reply})
        if kind == "notice":
            now = self.senders.now
            assert again or not now.told, "told twice that START resumes"
            assert again or self._owes, "told that START resumes, and nobody had to be"
            now.told, self._owes = True, False

    def _claimed(self, claim: ReplySending, version: int) -> None:
        reply, place = claim.reply, (claim.reply, claim.part, claim.attempt)
        now, at = self.senders.now, self.senders.of(claim.sender)
        is_word = reply in self._words
        assert self.senders.may_speak(claim.sender), "claimed from another than was written to"
        assert (now.consents and at.consents) or is_word, "claimed after STOP"
        assert not (now.consents and is_word), "a word on a STOP claimed after START"
        its_own = self.senders.retired or self._words.get(reply) in {None, claim.sender}
        assert its_own or not is_word, "the word on a STOP goes from another sender"
        self._from[place] = claim.sender
        assert place not in self._claims, "an attempt was claimed twice"
        flying = set(self._claims) - set(self.outcomes)
        if claim.within is None:
            assert not flying, "claimed beside an open attempt"
            self._leads = place
        else:
            self._goes_within(claim, flying)
        assert (reply, claim.part) not in self._done, "claimed, though the part is done"
        assert reply in self._waiting, "claimed, though nothing of it waits"
        under_way = {one for one, *_ in flying}
        first = next(one for one in self.order if one in self._waiting - under_way)
        assert reply == first, "claimed before an earlier reply that waits"
        if claim.template is None:
            refuted = at.refuted and at.heard < at.refuted
            assert not refuted, "claimed, though WhatsApp refused one behind the last message"
            unheard = self.senders.is_unheard(claim.sender)
            assert not unheard, "claimed from a sender that was never written to"
            self.parts.setdefault(reply, claim.parts)
        else:
            self._by_template.add(place)
        self._claims[place] = version
        self._to_repeat.discard((reply, claim.part))
        self.held.pop(reply, None)

    def _goes_within(self, claim: ReplySending, flying: set[Attempt]) -> None:
        leader = self._leads
        assert leader in flying, "it goes by a message that is not on its way"
        assert leader[0] == claim.within, "it goes by a message that is not on its way"
        both = {self.kinds[leader[0]], self.kinds[claim.reply]}
        assert both <= {"reminder", "alert"}, "a digest says an answer"
        assert {leader[0], claim.reply} <= self.troubled, "a digest says what was never held"
        assert self.parts.get(claim.reply, 1) == 1 == self.parts[leader[0]], "cut for a digest"
        assert (claim.part, claim.template) == (0, None), "a digest goes by a template"
        self._carried.setdefault(leader, []).append((claim.reply, 0, claim.attempt))
        self.digests += 1

    def _is_held(self, hold: ReplyHeld, one: Recorded[Any]) -> None:
        reply, now, at = hold.reply, self.senders.now, self.senders.of(hold.sender)
        assert reply in self._waiting, "held, though nothing of it waits"
        refuted = at.heard < at.refuted or self.senders.is_unheard(hold.sender)
        closes = at.heard_at and at.heard_at + WINDOWS["whatsapp"] - MARGIN - CLOCKS_APART
        late = refuted or (closes and closes <= one.recorded_at)
        assert late or not (now.consents and at.consents), "held, though the window is open"
        if hold.why == "consent" and not now.consents:
            assert reply not in now.held_since_stop, "held twice for one STOP"
            now.held_since_stop.add(reply)
        self._waiting.discard(reply)
        self.held[reply] = one.version
        self.troubled.add(reply)

    def _ends(self, outcome: Outcome) -> None:
        place = (outcome.reply, outcome.part, outcome.attempt)
        assert place in self._claims, "an outcome of an attempt that nobody claimed"
        assert place not in self.outcomes, "an attempt has two outcomes"
        self.outcomes[place] = outcome
        had = {each.sid: self._said(each) for each in self.twilio.accepted}
        everything = {place for said in had.values() for place in said}
        match outcome:
            case ReplySent(message_ref=sid):
                self._ranks.setdefault((sid, outcome.reply), RANKS["sent"])
                assert place in had.get(sid, ()), "sent, but Twilio never had it"
                self._is_done(outcome)
            case ReplyAssumed(assumed=assumed):
                self.repeats[outcome.reply, outcome.part] += assumed == "again"
                if assumed == "gone":
                    self._is_done(outcome)
            case ReplyRefused(code=code):
                assert place not in everything, "refused, but Twilio has it"
                if code == WINDOW_SHUT:
                    self._is_refuted(place)
                if code == OPTED_OUT:
                    self.troubled.add(place[0])
                is_unsaid = self._is_unsaid(place) or code == OPTED_OUT
                if place[0] in self._words and is_unsaid:
                    self._drop({place[0]})
                at = self.senders.of(self._from[place])
                late = self._claims[place] < at.consented
                if code == OPTED_OUT and at.consents and not late:
                    at.withdraws()
            case ReplyFailed():
                assert place not in everything, "refused, but Twilio has it"
                self._gives_up(self.failed, outcome.reply)

    def _is_done(self, outcome: ReplySent | ReplyAssumed) -> None:
        reply, whole = outcome.reply, range(self.parts.get(outcome.reply, 1))
        place = (reply, outcome.part, outcome.attempt)
        for part in whole if place in self._by_template else (outcome.part,):
            self._done[reply, part] = outcome.attempt
        if self._is_whole(reply):
            self._waiting.discard(reply)

    def _gives_up(self, whose: set[UUID], reply: UUID) -> None:
        whose.add(reply)
        self._waiting.discard(reply)
        self.held.pop(reply, None)

    def _is_refuted(self, place: Attempt) -> None:
        at = self.senders.of(self._from.get(place))
        at.refuted = max(at.refuted, self._claims.get(place, 0))
        self.troubled.add(place[0])

    def _is_unsaid(self, place: Attempt) -> bool:
        """Whether a word on a STOP that was refused is never said: after START, or elsewhere."""
        now = self.senders.now
        return now.consents or self.senders.of(self._from.get(place)) is not now

    def _is_repaired(self, reply: UUID, part: int, attempt: int) -> None:
        self._is_refuted((reply, part, attempt))
        if self._done.get((reply, part)) != attempt or reply in self._given_up:
            return
        if self._is_unsaid((reply, part, attempt)) and reply in self._words:
            self._done.pop((reply, part))
            self._dropped.add(reply)
            return
        whole = range(self.parts.get(reply, 1))
        for each in whole if (reply, part, attempt) in self._by_template else (part,):
            self._done.pop((reply, each), None)
        self._to_repeat.add((reply, part))
        self.senders.now.held_since_stop.discard(reply)
        self._waiting.add(reply)
        self.held.pop(reply, None)

    def _is_told(self, told: ReplyDelivered | ReplyRead | ReplyUndelivered) -> None:
        status = told.type.removeprefix("reply.")
        if isinstance(told, ReplyUndelivered):
            status = told.status
            if told.code == WINDOW_SHUT and told.attempt is not None:
                self._is_repaired(told.reply, told.part, told.attempt)
        whose = (told.message_ref, told.reply)
        self._ranks[whose] = max(RANKS[status], self._ranks.get(whose, 0))
