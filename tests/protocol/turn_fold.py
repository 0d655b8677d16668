"""The fold of the turn protocol, with books of what must never be (docs/architecture.md).

An event is (type, (slot, n), data); its place in the log is its version.
"""

from typing import Any, NamedTuple

Slot = tuple[Any, ...]
Event = tuple[str, tuple[Slot, int], Any]
Log = tuple[Event, ...]

MESSAGE, STARTED, ANSWERED = "message.received", "turn.started", "model.answered"
REQUESTED, FINISHED, READY = "tool.requested", "tool.finished", "reply.ready"
REMINDER, STOPPED, PARKED = "reply.ready of a reminder", "turn.stopped", "turn.parked"
RETRIED, SUPERSEDED, TYPING, NOTED = "turn.retried", "turn.superseded", "typing.shown", "noted"

RULES = {
    "driver": "the log names whose delivery must act; everyone else acks",
    "fence": "decisions go into the slot of their step, first one wins",
    "batch": "a slot takes a whole batch or nothing",
    "names": "slots are named: agent and gateway reacting to one event do not collide",
    "parkslot": "parking appends turn.parked into the slot of the step",
    "parkwake": "turn.parked is delivered and may be a driver",
    "parkself": "the server never gives up; our handler parks when the count is over the limit",
    "position": "a turn covers what stands before its turn.started, nothing else",
    "turnid": "only the closing event of the open turn closes it",
    "deadline": "the scheduler fails tools past their deadline",
    "watch": "a watchdog delivers the driver again",
    "stopslot": "stop takes the slot of the next step",
    "turnno": "the slot of turn.started is numbered by turns ended, not by its driver",
    "beside": "a reply beside a call that is not finished in its batch is dropped",
    "inbatch": "the agent's own writes stand in the batch of the answer that asked for them",
    "news": "only a turn that was shown a newer message gives way",
    "back": "a turn that gives way returns its messages to those that wait",
    "front": "they return before what came later",
    "wayslot": "giving way takes the slot of its step",
}
ALL = frozenset(RULES)


class Folded(NamedTuple):
    turn: int | None
    step: int
    waiting: frozenset[Any]
    driver: int | None
    pending: tuple[int, ...]
    covers: tuple[int, ...]
    answered: frozenset[int]
    parked: frozenset[int]
    parked_at: tuple[int, ...]
    """Versions of turn.parked that nobody has retried."""
    ended: int
    wrong: str | None


def append(log: Log, slot: Slot, batch: list[tuple[str, Any]], rules: frozenset[str]) -> Log:
    """A batch in its slot: all or nothing, the first one wins; the same log where it is taken."""
    ids = [(slot, n) for n in range(len(batch))]
    if "fence" in rules and "batch" in rules and any(one[1] == ids[0] for one in log):
        return log
    # Without the rule "batch" each event is deduplicated for itself; without "fence", none.
    have = {one[1] for one in log} if "fence" in rules and "batch" not in rules else set()
    told = ((kind, id_, data) for id_, (kind, data) in zip(ids, batch, strict=True))
    return log + tuple(one for one in told if one[1] not in have)


class _Fold:
    """Walks a log once."""

    def __init__(self, rules: frozenset[str]) -> None:
        self.rules = rules
        self.turn: int | None = None
        self.driver: int | None = None
        self.step, self.ended = 1, 0
        self.waiting: frozenset[Any] = frozenset()
        self.pending: tuple[int, ...] = ()
        self.covers: tuple[int, ...] = ()
        self.cover_of: dict[int, tuple[int, ...]] = {}
        self.answered: list[int] = []
        self.parked: set[int] = set()
        self.parked_by: dict[int, tuple[int, ...]] = {}
        self.retried: set[int] = set()
        self.open_calls: dict[Any, int] = {}
        self.outcomes: set[Any] = set()
        self.decided: dict[tuple[int, int], list[tuple[str, str]]] = {}
        """Of each step, what was recorded, and by which answer."""
        self.noted: list[tuple[int, int]] = []
        self.wrong: str | None = None

    def see(self, version: int, event: Event) -> None:
        kind, (slot, n), data = event
        match kind:
            case "message.received":
                self.pending += (data,)
                if self.turn is None and self.driver is None:
                    self.driver = version
            case "turn.started":
                self._starts(version)
            case "model.answered":
                self._decides(slot, kind, data)
                if (self.turn, self.step) == slot[1:3]:
                    self.step += 1
            case "noted":
                self.noted.append(data)
            case "tool.requested":
                self._decides(slot, kind, data[0])
                self.open_calls[slot, n] = slot[1]
                if self.turn == slot[1]:
                    self.waiting |= {(slot, n)}
                    self.driver = None
            case "tool.finished":
                self._finishes(version, data)
            case "reply.ready":
                self._replies(slot, data)
            case "turn.stopped":
                self.parked |= set(self.cover_of.get(slot[1], ()))  # settled on the user's word
                if self.turn == slot[1]:
                    self._closes(version)
            case "reply.ready of a reminder":
                if "turnid" not in self.rules and self.turn is not None:
                    self._closes(self.driver)
            case "turn.parked":
                self._parks(version)
            case "turn.superseded":
                self._gives_way(slot)
            case "turn.retried":
                again = self.parked_by.pop(data)
                self.parked -= set(again)
                self.retried |= set(again)
                self.pending = again + self.pending
                if self.turn is None and self.driver is None:
                    self.driver = version
            case _:
                pass

    def _decides(self, slot: Slot, kind: str, answer: str) -> None:
        self.decided.setdefault((slot[1], slot[2]), []).append((kind, answer))

    def _starts(self, version: int) -> None:
        if self.turn is not None:
            self.wrong = "two turns open at once"
        self.turn, self.step = version, 1
        self.covers, self.pending = self.pending, ()
        self.cover_of[version] = self.covers

    def _finishes(self, version: int, call: Any) -> None:
        if call in self.outcomes:
            self.wrong = "a call has two outcomes"
        self.outcomes.add(call)
        self.open_calls.pop(call, None)
        if call in self.waiting:
            self.waiting -= {call}
            if not self.waiting and self.turn is not None:
                self.driver = version

    def _replies(self, slot: Slot, answer: str) -> None:
        turn = slot[1]
        self._decides(slot, READY, answer)
        self.answered += self.cover_of.get(turn, ())
        if turn in self.open_calls.values():
            self.wrong = "a reply is ready before its turn's calls have outcomes"
        if self.turn == turn:
            if "position" not in self.rules:
                self.pending = ()
            self._closes(self.driver)

    def _closes(self, driver: int | None) -> None:
        self.ended += 1
        self.turn, self.waiting, self.covers = None, frozenset(), ()
        self.driver = driver if self.pending else None

    def _parks(self, version: int) -> None:
        given = self.covers if self.turn is not None else self.pending
        self.parked_by[version] = given
        self.parked |= set(given)
        if self.turn is None:
            self.pending = ()
        self._closes(version)

    def _gives_way(self, slot: Slot) -> None:
        if self.turn != slot[1]:
            return
        if not self.pending:
            self.wrong = "a turn gave way to nothing"
        back = self.covers if "back" in self.rules else ()
        self.pending = back + self.pending if "front" in self.rules else self.pending + back
        self._closes(self.driver)

    def judge(self) -> str | None:
        """What must never be, whatever the rules."""
        for key, recorded in self.decided.items():
            kinds = [kind for kind, _ in recorded]
            if kinds.count(ANSWERED) > 1:
                return "two answers are recorded for one step"
            if len({answer for _, answer in recorded}) > 1:
                return "one step holds pieces of two different answers"
            if key in self.noted and REQUESTED not in kinds:
                return "a write stands without the answer that asked for it"
        if len(self.noted) != len(set(self.noted)):
            return "a write is done twice"
        if len(self.answered) != len(set(self.answered)):
            return "a message was answered twice"
        plain = [one for one in self.answered if one not in self.retried]
        if plain != sorted(plain):
            return "answered out of order"
        if set(self.answered) & self.parked:
            return "a message is both answered and parked"
        return self.wrong


def fold(log: Log, rules: frozenset[str]) -> Folded:
    walk = _Fold(rules)
    before = None
    lemma = None
    for version, event in enumerate(log):
        walk.see(version, event)
        if walk.driver not in {None, before, version}:
            lemma = "an old event became driver"
        before = walk.driver
    return Folded(
        walk.turn,
        walk.step,
        walk.waiting,
        walk.driver,
        walk.pending,
        walk.covers,
        frozenset(walk.answered),
        frozenset(walk.parked),
        tuple(walk.parked_by),
        walk.ended,
        walk.judge() or lemma,
    )
