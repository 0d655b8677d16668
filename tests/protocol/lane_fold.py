"""The sender's lane: its rules, its fold, and what must never be.

Replies r1 (two parts, at most once) and r2 (a reminder, at least once) say the same; gateway's
handlers send them through Twilio. Events: ("R", _, reply) ready, ("S", _, (reply, part, attempt))
sending, ("O", _, (reply, part, attempt, what)) an outcome, ("K", _, reply) parked.
"""

from functools import lru_cache

from tests.protocol.engine import Model


def append(log, slot, batch, rules):
    """A batch in its slot, where the first one wins: (log, was it appended)."""
    if "fence" in rules and any(e[1] == (slot, 0) for e in log):
        return log, False
    return log + tuple((t, (slot, n), d) for n, (t, d) in enumerate(batch)), True


Q, H, A, X, P = "q", "h", "a", "x", "p"
"""Of a delivery: queued, held, acked, given up unseen, parked with a row."""

LANE_RULES = {
    "watch": "a watchdog delivers the driver again",
    "driver": "the log names whose delivery moves the lane; everyone else acks",
    "claim": "append says Appended or Exists; only Appended may POST",
    "lane": "a reply waits until the one before it is settled",
    "fence": "an attempt has one outcome slot, first one wins",
    "callback": "a callback names reply, part and attempt",
    "match": "list-and-match leaves out messages already known",
    "parkslot": "parking settles the reply in the slot of its attempt",
    "parkself": "our handler parks, the server never gives up",
    "parkwait": "a claimed attempt is parked only after its outcome is settled",
    "guard": "a sender does not POST when its claim is older than the POST timeout",
    "reconcile": "an unknown outcome is reconciled, not retried",
    "token": "a claim holds its claimer's token: after a lost COMMIT answer it knows its own claim",
}
ALLL = frozenset(LANE_RULES)


class LaneFold(Model):
    PARTS = {1: 2, 2: 1, 3: 1}
    CLASS = {1: "most", 2: "least", 3: "most"}

    def __init__(
        self,
        rules=ALLL,
        replies=2,
        handlers=2,
        crash=1,
        redeliver=1,
        lost=1,
        refuse=0,
        commit=0,
        lose=0,
        parks=0,
        maxd=2,
        strict=False,
        poison=0,
        callbacks=True,
        reliable=True,
        parts=None,
        classes=None,
        reduce=True,
    ):
        self.reduce = reduce and {"driver", "lane", "fence", "claim"} <= rules
        self.r, self.nr, self.hmax, self.maxd = rules, replies, handlers, maxd
        self.budget, self.strict, self.poison = (
            (crash, redeliver, lost, refuse, commit, lose, parks),
            strict,
            poison,
        )
        self.callbacks, self.reliable = callbacks, reliable
        self.parts, self.cls = parts or self.PARTS, classes or self.CLASS
        self.fold = lru_cache(maxsize=400_000)(self._fold)

    def init(self):
        return (
            (),
            (),
            (),
            (),
            (),
            (),
            (0, *self.budget),
        )  # log, bus, handlers, network, accepted, late, env

    def _fold(self, log):
        """(driver, head (r,p,a,phase) or None, outcomes dict as frozenset, queue)"""
        queue, driver, at, out, was, self_ok = [], None, {}, {}, None, True
        for version, (kind, (_slot, _n), d) in enumerate(log):
            if driver != was:
                self_ok &= driver is None or driver == version - 1
                was = driver
            if kind == "R":
                queue.append(d)
                at[d] = (1, 1, "todo")
                if driver is None:
                    driver = version
            elif kind == "S":
                r, p, a = d
                if r in queue and at[r][:2] == (p, a):
                    at[r] = (p, a, "sending")
            elif kind == "O":
                r, p, a, what = d
                out.setdefault((r, p, a), []).append(what)
                if r not in queue or at[r][:2] != (p, a):
                    continue
                if what in ("refused", "again") and a < 2:
                    at[r] = (p, a + 1, "todo")
                elif what in ("sent", "gone", "again") and p < self.parts[r]:
                    at[r] = (p + 1, 1, "todo")
                else:  # last part, or refused for good
                    queue.remove(r)
                    driver = driver if queue else None
            elif kind == "K" and d in queue:
                queue.remove(d)
                driver = version if queue else None
        self_ok &= driver in (None, was, len(log) - 1)
        return driver, {q: at[q] for q in queue}, out, tuple(queue), self_ok

    def unsafe(self, s):
        log, _stat, _hs, _net, accepted, _late, _env = s
        _driver, _cur, out, _queue, lemma = self.fold(log)
        if not lemma:
            return "lemma: an old event became driver"
        if self.strict and any("gone" in w for w in out.values()):
            return "a reply was given up though nobody crashed and Twilio was well"
        if len(set(accepted)) != len(accepted):
            return "P3 one attempt was POSTed twice"
        again = {}
        for (r, p, a), w in out.items():
            if "sent" in w and (r, p, a) not in accepted:
                return f"reply {r} part {p} counts as sent, and Twilio never had it"
            if len(w) > 1:
                return "an attempt has two outcomes"
            again[r, p] = again.get((r, p), 0) + ("again" in w)
        seen = {}
        for x in accepted:
            seen[x[:2]] = seen.get(x[:2], 0) + 1
        for rp, n in seen.items():
            if n > 1 and (self.reliable or n > 1 + again.get(rp, 0)):
                return f"P3 reply {rp[0]} part {rp[1]} reached Twilio {n} times"
        sure = [x[:2] for x in accepted if not {"gone", "again"} & set(out.get(x, ()))]
        if sure != sorted(sure):
            return "P5 Twilio got the parts out of order"
        return None

    def settled(self, s):
        log, bus, handlers, network, _acc, _late, _env = s
        return (
            not handlers
            and not network
            and not any(st and st[0] in (Q, H) for st in bus)
            and not self.fold(log)[3]
        )

    def why(self, s):
        return f"replies {list(self.fold(s[0])[3])} are never settled: the lane stands still"
