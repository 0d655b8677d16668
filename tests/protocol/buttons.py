"""Buttons and typed yeses: what an approval allows, and for how long.

A turn's model may propose F or G, call the write tool with one of them, or say something; the user
presses and types. Events: M (kind, what, late), TS, A (turn, step), Q (fingerprint, proposal), P
(fingerprint) proposed, R turn, S reply.
"""

from functools import lru_cache

from tests.protocol.engine import Model
from tests.protocol.slots import put_in

BUTTON_RULES = {
    "fence": "a step's answer goes into the step's slot, first one wins",
    "used": "an approval that a tool.requested of the turn names is not standing any more",
    "dead": "the reply that closes a turn ends every proposal shown before it",
    "payload": "a button names its proposal (the event), not only its arguments",
    "mixed": "any covered message that is not a yes to it takes the approval away",
    "shown": "a typed yes counts only behind the claim of the reply that asked",
    "expiry": "a proposal expires, by the log's times of the claim and of the message",
    "exact": "an approval allows its exact arguments",
}
ALLB = frozenset(BUTTON_RULES)


class Buttons(Model):
    def __init__(
        self,
        rules=ALLB,
        inbound=3,
        kinds=("press", "yes", "other"),
        crash=1,
        steps=2,
        proposals=2,
        fps=("F",),
        expire=0,
        retry=0,
        hmax=2,
    ):
        self.r, self.n, self.kinds, self.ks, self.np, self.fps, self.hmax = (
            rules,
            inbound,
            kinds,
            steps,
            proposals,
            fps,
            hmax,
        )
        self.budget = (crash, expire)
        self.fold = lru_cache(maxsize=300_000)(self._fold)

    def init(self):
        return ((("M", ("sid", 0), ("other", None, False)),), (), (1, *self.budget))

    def _fold(self, log):
        r = self.r
        turn = driver = None
        k, ended, pending, covers, asked, _shown, new, used = 1, 0, (), (), (), None, (), set()
        reply_of, askedat, bad, uses, fp_of, _alive, dead = {}, {}, None, {}, {}, set(), {}
        asking = None
        for version, (type_, _slot, d) in enumerate(log):
            if type_ == "M":
                pending += (version,)
                if turn is None and driver is None:
                    driver = version
            elif type_ == "TS":
                turn, k, covers, pending, new = version, 1, pending, (), ()
            elif type_ == "A" and turn == d[0] and k == d[1]:
                k += 1
            elif type_ == "P":
                new += (version,)
                fp_of[version] = d
            elif type_ == "Q":
                fp, why = d
                uses.setdefault(why, []).append(version)
                if why is not None:
                    used.add(why)
                    if fp_of[why] != fp:
                        bad = bad or "B2 an approval was used for other arguments"
                    ok = self.ghost(log, why, covers, askedat, dead, fp_of, reply_of)
                    if ok:
                        bad = bad or ok
                    if len(uses[why]) > 1:
                        bad = bad or "B1 an approval was used twice"
            elif type_ == "R":
                for p in asked:
                    dead.setdefault(p, version)
                asked = (asked if "dead" not in r else ()) + new
                for p in new:
                    reply_of[p] = version
                asking = version if new else None
                turn, covers, ended = None, (), ended + 1
                driver = driver if pending else None
            elif type_ == "S":
                askedat.setdefault(d, version)
        return {
            "turn": turn,
            "k": k,
            "ended": ended,
            "pending": pending,
            "covers": covers,
            "asked": asked,
            "driver": driver,
            "used": used,
            "bad": bad,
            "fp": fp_of,
            "reply": reply_of,
            "askedat": askedat,
            "new": new,
            "asking": asking,
        }

    def ghost(self, log, p, covers, askedat, dead, fp_of, reply_of):
        """What a use must have: a yes to this proposal, in time, and no other word."""
        yes = no = False
        for m in covers:
            kind, what, late = log[m][2]
            at = askedat.get(reply_of.get(p))
            if kind == "press":
                yes |= what == p and not late
                no |= what != p
            elif kind == "yes":
                if at is None or m < at or late:
                    no = True
                else:
                    yes = True
            else:
                no = True
        if no or not yes:
            return "B3 used without a yes to it in time, or against another word"
        if p in dead and dead[p] < min(covers):
            return "B4 used after it was dead"
        return None

    def standing(self, log, f):
        """The rule as built: proposals that the open turn's messages allow."""
        r, out = self.r, []
        for p in f["asked"]:
            if "used" in r and p in f["used"]:
                continue
            at = f["askedat"].get(f["reply"].get(p))
            votes = []
            for m in f["covers"]:
                kind, what, late = log[m][2]
                if kind == "press":
                    same = what == p if "payload" in r else f["fp"][what] == f["fp"][p]
                    votes.append(same and (not late or "expiry" not in r))
                elif kind == "yes":
                    votes.append(
                        ("shown" not in r or (at is not None and m > at))
                        and (not late or "expiry" not in r)
                    )
                else:
                    votes.append(False)
            if votes and (all(votes) if "mixed" in r else any(votes)):
                out.append(p)
        return out

    def unsafe(self, s):
        return self.fold(s[0])["bad"]

    def settled(self, s):
        f = self.fold(s[0])
        return not s[1] and f["driver"] is None and f["turn"] is None

    def why(self, s):
        return "the turn stands still"

    def steps(self, s):
        log, handlers, env = s
        arrived, crash, expire = env
        r, f, moves = self.r, self.fold(log), []

        def put(label, outside, log=log, handlers=handlers, env=env):
            if "fence" in r:
                heads = {e[1] for e in log}
                handlers = tuple(h for h in handlers if h[1] not in heads)
            moves.append((label, outside, (log, tuple(sorted(handlers, key=repr)), env)))

        shown = [p for p, q in f["reply"].items() if q in f["askedat"]]
        if arrived <= self.n:

            def arrive(kind, what, late=False):
                put(
                    f"{kind} {what if what is not None else ''}{' late' if late else ''}",
                    True,
                    log=(*log, ("M", ("sid", arrived), (kind, what, late))),
                    env=(arrived + 1, crash, expire - late),
                )

            for kind in self.kinds:
                for p in shown if kind in ("press", "no") else (None,):
                    arrive(kind, p)
                    if expire and kind in ("press", "yes") and shown:
                        arrive(kind, p, True)
        slot = ("turn", f["ended"]) if f["turn"] is None else ("step", f["turn"], f["k"])
        if f["driver"] is not None and len(handlers) < self.hmax:
            if f["turn"] is None:
                if ("open", slot) not in handlers:
                    put("agent reads: open", False, handlers=(*handlers, ("open", slot)))
            else:
                turn, k = f["turn"], f["k"]
                stand = self.standing(log, f)
                plans = [("R",)]
                if k <= self.ks:
                    for fp in self.fps:
                        ok = [p for p in stand if f["fp"][p] == fp or "exact" not in r]
                        if ok:
                            plans.append(("Q", fp, ok[0]))
                        if len(f["fp"]) < self.np and not ok:
                            plans.append(("P", fp))
                for plan in plans:
                    h = ("ans", slot, plan)
                    if h not in handlers or "fence" not in r:
                        put(f"the model answers {plan}", False, handlers=(*handlers, h))
        for q in f["reply"].values():
            if q not in f["askedat"]:
                put(f"reply.sending R@{q}", False, log=(*log, ("S", ("claim", q), q)))
        for i, h in enumerate(handlers):
            rest = handlers[:i] + handlers[i + 1 :]
            if crash:
                put(f"killed at {h}", True, handlers=rest, env=(arrived, crash - 1, expire))
            if h[0] == "open":
                new, ok = put_in(log, h[1], [("TS", None)])
                put("turn.started" if ok else "exists", False, log=new, handlers=rest)
            else:
                turn, k = h[1][1:]
                plan = h[2]
                batch = (
                    [("R", turn)]
                    if plan[0] == "R"
                    else [("A", (turn, k)), ("P", plan[1])]
                    if plan[0] == "P"
                    else [("A", (turn, k)), ("Q", plan[1:])]
                )
                slot = h[1] if "fence" in r else ("loose", len(log))
                new, ok = put_in(log, slot, batch)
                if f["turn"] != turn:
                    new = log
                put(f"records {batch}" if ok else "exists", False, log=new, handlers=rest)
        return moves
