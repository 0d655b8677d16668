"""WhatsApp's window, consent and a takeover together: the rules, the fold, what must never be.

Replies have one part. Events: M n, STOP, START; TS turn.started; R (reply, kind, turn, of)
reply.ready, of kind bot, rem or op, where a line's turn is the version that it saw and `of` is the
parked reply that it tries again; S (x, group, mark) a claim; O (x, what) an outcome; U x refused
by WhatsApp (63016) after it was accepted; H x held; P reply parked; TO, HB. x = (reply, attempt).
"""

from functools import lru_cache

from tests.protocol.engine import Model

JOINT_RULES = {
    "gates": "claims and holds conflict with the gates of window, consent and takeover",
    "held": "taken_over withdraws the answers that are held, as those that are queued",
    "refuted": "an answer of before a takeover that is refuted is not said again",
    "again": "its messages are pending again, unless a line settled them",
    "wake": "that refusal may be the agent's driver",
    "retried": "nor is an answer of before a takeover said that is retried from its dead letter",
    "alone": "a digest joins reminders and alerts with nothing else",
    "asleep": "handed_back opens no turn while consent is withdrawn",
    "silent": "START opens no turn while an operator speaks",
    "parkslot": "parking takes the slot of the claim, as the claim and the hold do",
    "watch": "a watchdog publishes a driver again whose delivery was lost",
}
ALLJ = frozenset(JOINT_RULES)
GATES = {"M", "STOP", "START", "U", "TO", "HB"}


class Lane:
    """What both folds know of one conversation; a plain record that `JointFold._fold` fills."""

    def __init__(self):
        self.queue, self.held, self.withdrawn, self.gone = [], [], set(), set()
        self.kind, self.root, self.born, self.cover, self.place = {}, {}, {}, {}, {}
        self.claims, self.out, self.under, self.held_at, self.parked = {}, {}, {}, {}, set()
        self.refuted = set()
        self.heard, self.shut, self.consent, self.released = -1, -1, True, set()
        self.turn, self.covers, self.pending, self.ended, self.took = None, (), (), 0, None
        self.taken, self.settled, self.lines, self.at = False, set(), {}, {}
        self.agent = self.sender = self.bad = None

    def wrong(self, what):
        self.bad = self.bad or what

    @property
    def head(self):
        flying = [q for q in self.queue if self.place[q][1] == "sending"]
        return (flying or self.queue or [None])[0]

    @property
    def flying(self):
        return any(self.place[q][1] == "sending" and self.kind[q] == "bot" for q in self.queue)


class JointFold(Model):
    def __init__(
        self, rules=ALLJ, messages=0, reminders=0, lines=0, words=(), takes=1, crash=0,
        redeliver=0, lose=0, lost=0, refuse=0, parks=0, retries=0, hmax=2, closes=1, answered=False,
    ):  # fmt: skip
        self.r, self.words, self.hmax, self.answered = rules, words, hmax, answered
        self.budget = {
            "messages": messages,
            "reminders": reminders,
            "lines": lines,
            "takes": takes,
            "crash": crash,
            "redeliver": redeliver,
            "lose": lose,
            "lost": lost,
            "refuse": refuse,
            "parks": parks,
            "retries": retries,
            "closes": closes,
            "words": len(words),
        }
        self.names = tuple(self.budget)
        self.fold = lru_cache(maxsize=300_000)(self._fold)

    def init(self):  # log, handlers, network, twilio, phone, seat of the sender, open, budgets, saw
        first = (("A" if self.answered else "M", ("sid", 0), 0),)
        return (first, (), (), (), (), None, (True, True), tuple(self.budget.values()), 0)

    @staticmethod
    def gates(log):
        return sum(e[0] in GATES or (e[0] == "O" and e[2][1] == "closed") for e in log)

    def _fold(self, log):
        f, was = Lane(), (None, None)
        for version, (kind, _slot, d) in enumerate(log):
            for now, before in zip((f.agent, f.sender), was, strict=True):
                if now not in (None, before, version - 1):
                    f.wrong("lemma: an old event became driver")
            was = (f.agent, f.sender)
            getattr(self, f"_{kind}")(f, version, d)
            if not f.queue:
                f.sender = None
        return f

    def _wake(self, f, version):
        """A message, a release: the agent's driver, if nobody has the word and something waits."""
        asleep = (not f.consent and "asleep" in self.r) or (f.taken and "silent" in self.r)
        if f.pending and f.turn is None and f.agent is None and not asleep:
            f.agent = version
            if not f.consent or f.taken:
                f.wrong("K1 the agent is woken though it may not speak")

    def _drive(self, f, version):
        if f.queue and f.sender is None:
            f.sender = version

    def _sort(self, f):
        f.queue.sort(key=lambda q: (f.place[q][1] != "sending", f.born[q]))

    def _M(self, f, version, d):
        f.heard, f.at[d] = version, version
        f.pending += (d,)
        if f.consent:
            self._release(f)
            if not f.taken:
                self._wake(f, version)
        self._drive(f, version)

    def _A(self, f, version, _d):
        """A message that is answered already."""
        f.heard = version

    def _STOP(self, f, version, _d):
        f.heard, f.consent = version, False

    def _START(self, f, version, _d):
        f.heard, f.consent = version, True
        self._release(f)
        self._wake(f, version)
        self._drive(f, version)

    def _release(self, f):
        f.released |= set(f.held)
        f.queue += f.held
        f.held = []
        self._sort(f)

    def _TS(self, f, version, _d):
        if f.taken:
            f.wrong("K1 a turn was opened during the takeover")
        f.turn, f.covers, f.pending = version, f.pending, ()

    def _R(self, f, version, d):
        q, kind, turn, of = d
        f.kind[q], f.root[q] = kind, f.root.get(of, q)
        f.born[q] = f.born.get(of, version)
        f.place[q] = (1, "todo")
        if kind == "op":
            f.lines[q] = (version, turn)
            seen = {m for m, v in f.at.items() if v < turn}
            f.settled |= seen
            f.pending = tuple(m for m in f.pending if m not in seen)
        elif kind == "bot" and of is None:
            f.cover[q] = f.covers
            f.turn, f.covers, f.ended = None, (), f.ended + 1
            f.agent = f.agent if f.pending and f.consent else None
        elif kind == "bot":
            f.cover[q] = f.cover[of]
            if "retried" in self.r and f.took is not None and f.born[q] < f.took:
                return
        f.queue.append(q)
        self._sort(f)
        self._drive(f, version)

    def _S(self, f, version, d):
        x, group, mark = d
        for q in (x[0], *group):
            if f.kind[q] == "bot" and f.taken:
                f.wrong("K2 an answer was claimed during the takeover")
            if f.kind[q] == "bot" and f.took is not None and f.born[q] < f.took:
                f.wrong("K3 an answer of before a takeover was claimed after it")
        kinds = {f.kind[q] for q in (x[0], *group)}
        if mark != (f.taken and "op" not in kinds) or ("op" in kinds and len(kinds) > 1):
            f.wrong("K2 a message says wrongly who speaks")
        if f.heard <= f.shut:
            f.wrong("W1 claimed though the log says that the window is closed")
        if not f.consent:
            f.wrong("W3 claimed after STOP")
        if x[0] not in f.queue:
            f.wrong("P4 claimed though it is parked or withdrawn")
        elif f.queue.index(x[0]):
            f.wrong("W8 claimed before an earlier reply")
        f.claims[x] = (version, group)
        for q in (x[0], *group):
            f.place[q], f.under[q] = (f.place[q][0], "sending"), x

    def _O(self, f, version, d):
        x, what = d
        f.out[x] = what
        if what == "closed":
            f.shut = max(f.shut, f.claims[x][0])
        for q in (x[0], *f.claims[x][1]):
            if f.place[q][1] != "sending" or f.under[q] != x:
                continue
            if what in ("sent", "gone"):
                f.place[q] = (f.place[q][0], "done")
                f.queue.remove(q)
            else:
                f.place[q] = (f.place[q][0] + 1, "todo")
                if q in f.withdrawn:
                    f.queue.remove(q)
                    self._back(f, q)

    def _back(self, f, q):
        """The messages of an answer that will not be said."""
        if "again" in self.r:
            f.pending = tuple(sorted(set(f.pending) | (set(f.cover[q]) - f.settled)))

    def _U(self, f, version, x):
        f.shut = max(f.shut, f.claims[x][0])
        f.refuted.add(x)
        for q in (x[0], *f.claims[x][1]):
            if f.under[q] != x or f.place[q][1] != "done":
                continue
            f.place[q] = (f.place[q][0] + 1, "todo")
            old = f.kind[q] == "bot" and f.took is not None and f.born[q] < f.took
            if old and "refuted" in self.r:
                f.withdrawn.add(q)
                self._back(f, q)
            else:
                f.queue.append(q)
        self._sort(f)
        if "wake" in self.r and f.consent and not f.taken:
            self._wake(f, version)
        self._drive(f, version)

    def _H(self, f, version, x):
        q = x[0]
        if q not in f.queue or f.place[q] != (x[1], "todo"):
            return
        f.queue.remove(q)
        f.held.append(q)
        f.held_at[q] = version
        f.place[q] = (x[1] + 1, "todo")

    def _P(self, f, version, q):
        if q not in f.queue:
            return
        f.queue.remove(q)
        f.parked.add(q)
        f.sender = version if f.queue else None

    def _TO(self, f, version, _d):
        f.taken, f.took = True, version
        if f.turn is not None:
            f.pending = tuple(sorted({*f.covers, *f.pending}))
        f.turn, f.covers, f.ended, f.agent = None, (), f.ended + 1, None
        for q in [*f.queue, *(f.held if "held" in self.r else [])]:
            if f.kind[q] != "bot":
                continue
            f.withdrawn.add(q)
            if f.place[q][1] == "todo":
                (f.queue if q in f.queue else f.held).remove(q)
                self._back(f, q)

    def _HB(self, f, version, _d):
        f.taken = False
        self._wake(f, version)

    def unsafe(self, s):
        log, _handlers, network, twilio, phone = s[:5]
        f = self.fold(log)
        if f.bad:
            return f.bad
        posted = [x for x, _ in network] + [t[0] for t in twilio]
        if len(set(posted)) != len(posted):
            return "P3 one attempt was POSTed twice"
        roots = [f.root[q] for q in phone]
        if len(set(roots)) != len(roots):
            return f"W2 a reply reached the phone twice: {phone}"
        return self._answers(f, phone) or (self._still(f, phone) if self.settled(s) else None)

    def _said(self, f, phone):
        """Of each message, the answers that reached the phone or are assumed to have."""
        said = {}
        for q, messages in f.cover.items():
            last = f.under.get(q)
            gone = f.out.get(last) == "gone" and last not in f.refuted
            if q in phone or gone or f.place[q][1] == "done":
                for m in messages:
                    said.setdefault(m, set()).add(q)
        return said

    def _answers(self, f, phone):
        for m, answers in self._said(f, phone).items():
            if len({f.root[q] for q in answers}) > 1:
                return f"K4 message {m} was answered by {sorted(answers)}"
            first = min((f.claims[x][0] for q in answers if (x := f.under.get(q))), default=0)
            for line, saw in f.lines.values():
                if f.at[m] < saw and first > line:
                    return f"K4 a line settled message {m}, and then the bot answered it"
        return None

    def _still(self, f, phone):
        said = self._said(f, phone)
        parked = {m for q in f.parked for m in f.cover.get(q, ())}
        waits = {m for q in f.held for m in f.cover.get(q, ())} | set(f.pending)
        for m in f.at:
            if m not in said and m not in f.settled and m not in parked and m not in waits:
                return f"K6 message {m} is answered by nobody"
        for q in f.held:
            if f.consent and f.heard > f.held_at[q]:
                return f"W4 reply {q} is held though the user wrote after it was"
        for q, (_attempt, phase) in f.place.items():
            if phase == "done" and q not in phone and f.out.get(f.under[q]) != "gone":
                return f"W6 reply {q} counts as sent and never reached the phone"
        return None

    def settled(self, s):
        log, handlers, network, twilio = s[:4]
        f = self.fold(log)
        final = all(t[2] == "dlv" or (t[2] == "und" and t[0] in f.refuted) for t in twilio)
        rests = f.turn is None and not (f.pending and f.consent) and not f.queue and not f.taken
        return not handlers and not network and final and rests

    def why(self, s):
        f = self.fold(s[0])
        return f"taken {f.taken}, turn {f.turn}, pending {f.pending}, queue {f.queue}"
