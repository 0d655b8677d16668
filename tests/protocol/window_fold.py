"""WhatsApp's 24 hours and consent, at one or two senders of ours: the rules and the fold.

Deliveries are not modelled again: while a driver stands, any number of handlers may be started for
it, and each may be killed at any point. Events: M, STOP, START to a sender of ours; R reply; S (x,
form, group, sender) a claim; O (x, what) an outcome; U x undelivered with 63016; D x delivered; H x
held; x = (reply, part, attempt). Reply c confirms a STOP, reply n tells who writes after it that
START resumes; those of a second sender are cB and nB.
"""

from functools import lru_cache

from tests.protocol.engine import Model

FIRST = "A"
"""The sender that a message is to which names none."""
WORDS = ("c", "n", "cB", "nB")
"""What is said in spite of a STOP."""


def word(kind, sender):
    return kind if sender == FIRST else kind + sender


WINDOW_RULES = {
    "withdrawn": "STOP and START are gates: a claim or hold of an older fold conflicts with them",
    "message": "so is every message: it may bring back what is earlier",
    "refuted": "so is a 63016",
    "evidence": "a 63016 speaks of its claim: a message behind that keeps the window open",
    "belief": "a 63016 closes the window in the fold",
    "hold": "what may not go leaves the queue (reply.held), it does not stand at its head",
    "release": "a message puts what is held back into the queue",
    "wake": "message.received is delivered to the sender and may be its driver",
    "front": "what is released goes in its reply.ready's order, before what came later",
    "behind": "nothing is put before a claimed head",
    "repair": "reply.undelivered(63016) makes the part to do again",
    "latest": "only if it is of the part's last attempt",
    "udriver": "reply.undelivered is delivered to the sender and may be its driver",
    "onetpl": "a template goes once a reply, and only if no part of it stands accepted or assumed",
    "sweep": "statuses are also read from the list: a lost callback is found",
    "consent": "after STOP all but the confirmation is held",
    "confirm": "the confirmation of STOP is exempt",
    "stale": "START drops the confirmation of STOP, unless it is claimed",
    "once": "that START resumes is said in the slot of its STOP: once",
    "waits": "while consent is withdrawn a message releases nothing",
    "listed": "21610 withdraws consent, as STOP does",
    "since": "it speaks of its claim: a START behind that stands",
    "unsaid": "the word on a STOP that 21610 refuses is dropped",
    "group": "a digest's outcome and its 63016 speak for all replies that its claim names",
    "apart": "each sender has a window and a consent of its own",
    "kept": "what was put by for another sender is there again when that is written to",
    "last": "it goes from the sender that was written to last",
    "whose": "a refusal speaks of its claim's sender, whichever is written to meanwhile",
    "elsewhere": "a message to another sender drops the words on a STOP, unless they are claimed",
    "away": "the word on a STOP that is refused once another sender was written to is dropped",
    "asked": "that START resumes conflicts with gates: it is of the sender that it was folded for",
    "unheard": "a sender that was never written to has no window",
    "silent": "after a STOP at a sender that is ours no more nothing goes from the default either",
}
ALLW = frozenset(WINDOW_RULES)


class WindowFold(Model):
    def __init__(
        self,
        rules=ALLW,
        replies=1,
        parts=None,
        least=(),
        tpl=(),
        inbound=(),
        crash=1,
        lost=0,
        refuse=0,
        losecb=0,
        badtpl=0,
        listed=0,
        facts=False,
        reliable=True,
        digest=True,
        again=2,
        hmax=2,
        retired=0,
    ):
        self.r, self.n, self.parts, self.least, self.tpl, self.inb = (
            rules,
            replies,
            parts or {},
            least,
            tpl,
            inbound,
        )
        self.budget, self.reliable, self.digest, self.hmax = (
            (crash, lost, refuse, losecb, badtpl, listed, retired),
            reliable,
            digest,
            hmax,
        )
        self.again, self.facts = again, facts
        self.fold = lru_cache(maxsize=300_000)(self._fold)

    def init(
        self,
    ):  # log, handlers, network, twilio, phone, (ready, arrived, logged, real, clock) + budgets
        first = (("M", ("sid", 0), FIRST),)
        return (first, (), (), (), (), (0, 0, 0, (FIRST,), (FIRST,), *self.budget))

    def goes_from(self, f, retired):
        """The sender by which the next claim goes; the first is the default until it is retired."""
        if "last" not in self.r:
            return FIRST
        return "B" if retired and f[19] == FIRST else f[19]

    def gates(self, log):
        """How many facts stand in the log that a claim or a hold conflicts with."""
        kinds = {
            "withdrawn": {"STOP", "START", "stopped"},
            "message": {"M"},
            "refuted": {"U", "closed"},
        }
        those = set().union(*(kinds[rule] for rule in kinds if rule in self.r))
        return sum(e[0] in those or (e[0] == "O" and e[2][1] in those) for e in log)

    def _fold(self, log):
        r = self.r
        queue, held, driver, now, last = [], [], None, FIRST, -1
        lastm, closed, truly, began = (dict.fromkeys((FIRST, "B"), -1) for _ in range(4))
        consent, says = (dict.fromkeys((FIRST, "B"), True) for _ in range(2))
        part, claims, tried, rel, cover, accepted = {}, {}, set(), set(), {}, set()
        hpos, bad, was, trouble, out, owes, freed = {}, None, None, set(), {}, None, {}
        stop, of, left = dict.fromkeys((FIRST, "B")), {}, set()
        # By Twilio's own list, whatever the rules make of it.
        refused = dict.fromkeys((FIRST, "B"), False)

        order, told = [e[2] for e in log if e[0] == "R"], set()

        def busy(q):
            return any(st == "sending" for _, st in part[q])

        def insert(q):
            if q not in queue:
                queue.append(q)

        def drop(q):
            if q in part and part[q][0][1] == "todo":
                part[q] = [(part[q][0][0], "dropped")]
                for those in (queue, held):
                    if q in those:
                        those.remove(q)

        for version, (kind, _slot, d) in enumerate(log):
            if driver != was:
                if driver is not None and driver != version - 1:
                    bad = bad or "lemma: an old event became driver"
                was = driver
            if kind in ("M", "STOP", "START"):
                if d != now:
                    owes, now = None, d
                    left |= {c for c in WORDS if c in part}
                    for c in WORDS if "elsewhere" in r else ():
                        drop(c)
                    if "kept" not in r:
                        lastm[d], closed[d], consent[d], stop[d] = -1, -1, True, None
                last = lastm[d] = version
                me = d if "apart" in r else FIRST
                says[d] = says[d] if kind == "M" else kind == "START"
                if kind == "START":
                    refused[d], began[d] = False, version
                if kind == "STOP" and consent[me]:
                    stop[me] = version
                if kind != "M":
                    consent[me], owes = kind == "START", None
                elif not consent[me] and ("n", stop[me]) not in told:
                    owes = stop[me]
                    driver = version if driver is None else driver
                for c in WORDS if kind == "START" and "stale" in r else ():
                    drop(c)
                back = [q for q in held if consent[me] or q in WORDS or "waits" not in r]
                if back and "release" in r:
                    held = [q for q in held if q not in back]
                    rel |= set(back)
                    for q in back:
                        insert(q)
                        if consent[me]:
                            freed[q] = version
                    if driver is None and "wake" in r:
                        driver = version
            elif kind == "R":
                me = now if "apart" in r else FIRST
                of[d] = now
                if d in WORDS and d not in (word("c", now), word("n", now)):
                    bad = bad or "W14 the word on a STOP goes from another sender"
                if d in ("n", "nB"):
                    if ("n", stop[me]) in told:
                        bad = bad or "W9 told twice that START resumes"
                    told.add(("n", stop[me]))
                    owes = None
                    if consent[me]:
                        continue
                queue.append(d)
                part[d] = [(1, "todo")] * self.parts.get(d, 1)
                driver = version if driver is None else driver
            elif kind == "S":
                x, form, group, by = d
                me = now if "apart" in r else FIRST
                claims[x] = (version, form, group, by)
                if form == "free" and lastm[by] <= truly[by]:
                    bad = (
                        bad or "W1 claimed free-form though the log says that the window is closed"
                    )
                if not consent[me] and x[0] not in WORDS:
                    bad = bad or "W3 claimed after STOP"
                if consent[me] and x[0] in WORDS:
                    bad = bad or "W3 the word on a STOP was claimed after START"
                if not (says[by] and says[now]) and x[0] not in WORDS:
                    bad = bad or "W13 claimed after a STOP to this sender, or to the one of now"
                left |= {x[0]} if x[0] in WORDS and by != now else set()
                if x[0] in WORDS and by == now != of[x[0]]:
                    bad = bad or "W14 the word on a STOP goes from another sender"
                if by not in (now, "B" if self.budget[-1] else now):
                    bad = bad or "W15 claimed from another sender than was written to last"
                if refused[by] and (x[0] not in WORDS or out.get((*x[:2], x[2] - 1)) == "stopped"):
                    bad = bad or "W11 claimed though Twilio's list refused it"
                if any(order.index(q) < order.index(x[0]) for q in queue):
                    bad = bad or "W8 claimed before an earlier reply that waits in the queue"
                if form == "tpl":
                    if x[0] in tried:
                        bad = bad or "W7 a second template of one reply"
                    tried.add(x[0])
                if queue and queue[0] == x[0] and part[x[0]][x[1]] == (x[2], "todo"):
                    for q in (x[0], *(group if "group" in r else ())):
                        at = x[1] if q == x[0] else 0
                        part[q][at] = (part[q][at][0], "sending")
                        for p in range(len(part[q])) if form == "tpl" else (at,):
                            cover[q, p] = x
            elif kind == "O":
                x, what = d
                out[x] = what
                pos0, form, group, by = claims[x]
                me = (by if "whose" in r else now) if "apart" in r else FIRST
                if what == "closed":
                    trouble |= {x[0], *group}
                    truly[by] = max(truly[by], pos0)
                    if "belief" in r:
                        closed[me] = max(closed[me], pos0 if "evidence" in r else version)
                if what == "stopped":
                    trouble |= {x[0], *group}
                    late = pos0 < began[by]
                    refused[by] = refused[by] or not late
                    if consent[me] and "listed" in r and not (late and "since" in r):
                        consent[me], stop[me] = False, version
                if part[x[0]][x[1]] != (x[2], "sending"):
                    continue
                if what in ("sent", "gone"):
                    for q in (x[0],) + (group if "group" in r else ()):
                        for p in range(len(part[q])):
                            if cover.get((q, p)) == x:
                                part[q][p] = (part[q][p][0], "done")
                else:
                    late = consent[now if "apart" in r else FIRST] and "stale" in r
                    never = late or (what == "stopped" and "unsaid" in r)
                    never = never or (by != now and "away" in r)
                    drops = x[0] in WORDS and never
                    part[x[0]][x[1]] = (x[2] + 1, "dropped" if drops else "todo")
                    for q in group if "group" in r else ():
                        part[q][0] = (part[q][0][0] + 1, "todo")
                    if what in ("refused", "again"):
                        tried.discard(x[0])
                    if what == "again":
                        trouble |= {x[0], *group}
                        accepted |= {x[0]}
                for q in [q for q in queue if all(s in ("done", "dropped") for _, s in part[q])]:
                    queue.remove(q)
            elif kind == "U":
                pos0, form, group, by = claims[d]
                me = (by if "whose" in r else now) if "apart" in r else FIRST
                trouble |= {d[0], *group}
                truly[by] = max(truly[by], pos0)
                if "belief" in r:
                    closed[me] = max(closed[me], pos0 if "evidence" in r else version)
                back = False
                if "repair" in r:
                    for q in (d[0],) + (group if "group" in r else ()):
                        for p, (a, s) in enumerate(part[q]):
                            mine = cover.get((q, p)) == d
                            if "latest" not in r and q == d[0] and p == d[1] and s != "sending":
                                mine, s = True, "done"
                            late = consent[now if "apart" in r else FIRST] and "stale" in r
                            late = late or (by != now and "away" in r)
                            if mine and s == "done" and not (late and q in WORDS):
                                part[q][p] = (a + 1, "todo")
                                back = True
                                if q in held:
                                    held.remove(q)
                                insert(q)
                if back and driver is None and "udriver" in r:
                    driver = version
            elif kind == "H":
                d, why = d
                q = d[0]
                begun = max(stop[now if "apart" in r else FIRST] or -1, freed.get(q, -1))
                if why == "consent" and not consent[now] and hpos.get(q, -1) > begun:
                    bad = bad or "W10 held twice for one STOP"
                if why == "63016" and not self.budget[-1] and lastm[now] > truly[now]:
                    bad = bad or "W4 held by the 63016 of an attempt older than the last message"
                if q in queue and part[q][d[1]] == (d[2], "todo"):
                    queue.remove(q)
                    held.append(q)
                    hpos[q] = version
                    trouble.add(q)
                    part[q][d[1]] = (d[2] + 1, "todo")
            if "front" in r:
                queue.sort(key=lambda q: ("behind" in r and not busy(q), order.index(q)))
            if not queue and not owes:
                driver = None
        if driver not in (None, was, len(log) - 1):
            bad = bad or "lemma: an old event became driver"
        head = None
        if queue:
            q = queue[0]
            p = next((i for i, (_, s) in enumerate(part[q]) if s == "sending"), None)
            p = (
                next((i for i, (_, s) in enumerate(part[q]) if s == "todo"), None)
                if p is None
                else p
            )
            head = (q, p) + part[q][p]
            with_it = {z for (z, _), x in cover.items() if x == head[:3]}
            if any(busy(z) and z not in with_it for z in queue[1:]):
                bad = bad or "W8 something was put before a claimed head"
        return (
            driver,
            head,
            tuple(queue),
            tuple(held),
            consent[now if "apart" in r else FIRST],
            {by: lastm[by] > closed[by if "apart" in r else FIRST] for by in lastm},
            frozenset(tried),
            frozenset(rel),
            bad,
            {q: tuple(v) for q, v in part.items()},
            claims,
            out,
            hpos,
            last,
            frozenset(trouble),
            accepted,
            owes,
            refused[now],
            began[now],
            now,
            {by: consent[by if "apart" in r else FIRST] for by in consent},
            left,
            says[now],
        )
