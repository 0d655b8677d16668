"""WhatsApp's 24 hours and consent: the rules, the fold, and what must never be.

Deliveries are not modelled again: while a driver stands, any number of handlers may be started for
it, and each may be killed at any point. Events: M, STOP, START n; R reply; S (x, form, group) a
claim; O (x, what) an outcome; U x undelivered with 63016; D x delivered; H x held; x = (reply,
part, attempt). Reply c confirms a STOP, reply n tells who writes after it that START resumes.
"""

from functools import lru_cache

from tests.protocol.engine import Model

WORDS = ("c", "n")
"""What is said in spite of a STOP."""
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
            (crash, lost, refuse, losecb, badtpl, listed),
            reliable,
            digest,
            hmax,
        )
        self.again, self.facts = again, facts
        self.fold = lru_cache(maxsize=300_000)(self._fold)

    def init(
        self,
    ):  # log, handlers, network, twilio, phone, (ready, arrived, logged, real, clock) + budgets
        return ((("M", ("sid", 0), 0),), (), (), (), (), (0, 0, 0, True, True, *self.budget))

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
        queue, held, driver, lastm, closed, consent, truly = [], [], None, -1, -1, True, -1
        part, claims, tried, rel, cover, accepted = {}, {}, set(), set(), {}, set()
        hpos, bad, was, trouble, out, stop, owes = {}, None, None, set(), {}, None, None
        refused, began = False, -1  # by Twilio's own list, whatever the rules make of it; START

        order, told = [e[2] for e in log if e[0] == "R"], set()

        def busy(q):
            return any(st == "sending" for _, st in part[q])

        def insert(q):
            if q not in queue:
                queue.append(q)

        for version, (kind, _slot, d) in enumerate(log):
            if driver != was:
                if driver is not None and driver != version - 1:
                    bad = bad or "lemma: an old event became driver"
                was = driver
            if kind in ("M", "STOP", "START"):
                lastm = version
                if kind == "START":
                    refused, began = False, version
                if kind == "STOP" and consent:
                    stop = version
                if kind != "M":
                    consent, owes = kind == "START", None
                elif not consent and ("n", stop) not in told:
                    owes = stop
                    driver = version if driver is None else driver
                for c in WORDS if kind == "START" and "stale" in r else ():
                    if c in part and part[c][0][1] == "todo":
                        part[c] = [(part[c][0][0], "dropped")]
                        queue = [q for q in queue if q != c]
                        held = [q for q in held if q != c]
                back = [q for q in held if consent or q in WORDS or "waits" not in r]
                if back and "release" in r:
                    held = [q for q in held if q not in back]
                    rel |= set(back)
                    for q in back:
                        insert(q)
                    if driver is None and "wake" in r:
                        driver = version
            elif kind == "R":
                if d == "n":
                    if ("n", stop) in told:
                        bad = bad or "W9 told twice that START resumes"
                    told.add(("n", stop))
                    owes = None
                    if consent:
                        continue
                queue.append(d)
                part[d] = [(1, "todo")] * self.parts.get(d, 1)
                driver = version if driver is None else driver
            elif kind == "S":
                x, form, group = d
                claims[x] = (version, form, group)
                if form == "free" and lastm <= truly:
                    bad = (
                        bad or "W1 claimed free-form though the log says that the window is closed"
                    )
                if not consent and x[0] not in WORDS:
                    bad = bad or "W3 claimed after STOP"
                if consent and x[0] in WORDS:
                    bad = bad or "W3 the word on a STOP was claimed after START"
                if refused and (x[0] not in WORDS or out.get((*x[:2], x[2] - 1)) == "stopped"):
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
                pos0, form, group = claims[x]
                if what == "closed":
                    trouble |= {x[0], *group}
                    truly = max(truly, pos0)
                    if "belief" in r:
                        closed = max(closed, pos0 if "evidence" in r else version)
                if what == "stopped":
                    trouble |= {x[0], *group}
                    late = pos0 < began
                    refused = refused or not late
                    if consent and "listed" in r and not (late and "since" in r):
                        consent, stop = False, version
                if part[x[0]][x[1]] != (x[2], "sending"):
                    continue
                if what in ("sent", "gone"):
                    for q in (x[0],) + (group if "group" in r else ()):
                        for p in range(len(part[q])):
                            if cover.get((q, p)) == x:
                                part[q][p] = (part[q][p][0], "done")
                else:
                    late = consent and "stale" in r
                    never = late or (what == "stopped" and "unsaid" in r)
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
                pos0, form, group = claims[d]
                trouble |= {d[0], *group}
                truly = max(truly, pos0)
                if "belief" in r:
                    closed = max(closed, pos0 if "evidence" in r else version)
                back = False
                if "repair" in r:
                    for q in (d[0],) + (group if "group" in r else ()):
                        for p, (a, s) in enumerate(part[q]):
                            mine = cover.get((q, p)) == d
                            if "latest" not in r and q == d[0] and p == d[1] and s != "sending":
                                mine, s = True, "done"
                            word = q in WORDS and consent and "stale" in r
                            if mine and s == "done" and not word:
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
                if why == "consent" and hpos.get(q, -1) > stop:
                    bad = bad or "W10 held twice for one STOP"
                if why == "63016" and lastm > truly:
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
            consent,
            lastm > closed,
            frozenset(tried),
            frozenset(rel),
            bad,
            {q: tuple(v) for q, v in part.items()},
            claims,
            out,
            hpos,
            lastm,
            frozenset(trouble),
            accepted,
            owes,
            refused,
            began,
        )

    def unsafe(self, s):
        log, _hs, _net, _tw, phone, _env = s
        f = self.fold(log)
        if f[8]:
            return f[8]
        n, known, forms = {}, {}, {}
        for x, form, group in phone:
            for q in (x[0], *group):
                ps = range(len(f[9][q])) if form == "tpl" else [x[1] if q == x[0] else 0]
                for p in ps:
                    n[q, p] = n.get((q, p), 0) + 1
                    known[q, p] = known.get((q, p), 0) + (f[11].get(x) != "again")
                    forms.setdefault(q, set()).add(form)
        for (
            q,
            p,
        ), c in known.items():  # attempts assumed "again" are the only ones that may be doubled
            if c > 1:
                return f"W2 reply {q} part {p} reached the phone {c} times ({sorted(forms[q])})"
        sure = [
            (q, x[1]) for x, _, g in phone for q in (x[0], *g) if q not in f[14] and q not in WORDS
        ]
        first = [y for i, y in enumerate(sure) if y not in sure[:i]]
        if first != sorted(first):
            return "W8 order at the phone"
        if self.quiet(s):
            if not f[4] and not f[17] and f[18] == f[13]:
                return "W12 consent is withdrawn though START was their last word"
            for q in f[3]:
                if f[13] > f[12].get(q, -1) and f[4]:
                    return f"W4 reply {q} is held though the user wrote after it was"
                if q in WORDS and f[5]:
                    return "W5 the word on a STOP is held"
            for q, ps in f[9].items():
                for p, (_a, st) in enumerate(ps):
                    gone = any(
                        w == "gone" and (x[0] == q or q in f[10][x][2]) for x, w in f[11].items()
                    )
                    if st == "done" and (q, p) not in n and not gone and not (q in WORDS and f[4]):
                        return f"W6 reply {q} part {p} counts as sent and never reached the phone"
        return None

    def quiet(self, s):
        log, handlers, network, twilio, _phone, env = s
        return (
            not handlers
            and not network
            and all(
                t[2] == "dlv" or (t[2] != "acc" and ("U", t[0]) in {(e[0], e[2]) for e in log})
                for t in twilio
            )
            and not self.fold(log)[2]
            and not self.fold(log)[16]
            and env[1] == env[2]
        )

    def settled(self, s):
        return self.quiet(s)

    def why(self, s):
        f = self.fold(s[0])
        return f"queue {list(f[2])}, held {list(f[3])}: nothing will ever move it"
