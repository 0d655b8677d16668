"""An operator takes a conversation over: the rules, the fold, and what must never be.

Events: M n, TS turn.started, Q tool.requested, F tool.finished, R (id, kind, turn, parts)
reply.ready, S (x, mark) a claim, O (x, what) an outcome, TO taken over, HB handed back; an
operator's line is an R whose turn is the version that it saw.
"""

from functools import lru_cache

from tests.protocol.engine import Model

TAKE_RULES = {
    "slot": "taken_over goes into the current slot of the turn (its step, or turn.started's)",
    "gates": "taken_over and handed_back are gates: a claim of an older fold conflicts with them",
    "mark": "a reminder that is claimed while an operator speaks is marked as the machine's",
    "gather": "while taken over, no turn is opened",
    "drop": "answers that stand unsent in the lane at taken_over are withdrawn",
    "back": "messages of the stopped turn and of withdrawn answers are pending again",
    "part": "not those of an answer of which a part was claimed, unless nothing of it went",
    "limbo": "handed_back waits until the attempt that was in flight at taken_over is settled",
    "over": "handed_back takes the slot of its takeover: an old one ends no later takeover",
    "seen": "an operator's line settles the messages that it saw, not all before it",
    "settled": "also those that are not pending then: of an answer in flight that is refused later",
    "wake": "handed_back may be the agent's driver",
}
ALLK = frozenset(TAKE_RULES)


class TakeoverFold(Model):
    def __init__(
        self,
        rules=ALLK,
        messages=2,
        parts=1,
        tools=0,
        reminders=0,
        lines=1,
        crash=1,
        lost=0,
        takes=1,
        failed=0,
        hbs=1,
        hmax=2,
    ):
        self.r, self.n, self.parts, self.hmax, self.hbs = rules, messages, parts, hmax, hbs
        self.budget = (tools, reminders, lines, crash, lost, takes, failed)
        self.fold = lru_cache(maxsize=300_000)(self._fold)

    def init(self):  # log, handlers, network, phone, env = (arrived, seen, budgets)
        return ((), (), (), (), (0, 0, *self.budget))

    @staticmethod
    def gates(log):
        """How many facts stand in the log that a claim conflicts with."""
        return sum(e[0] in {"TO", "HB"} for e in log)

    def _fold(self, log):
        r, bad = self.r, None
        turn = adriver = ldriver = None
        k, waiting, pending, covers, ended, taken = 1, None, (), (), 0, False
        queue, place, cover, kind, nparts, withdrawn, went, claimed_at = (
            [],
            {},
            {},
            {},
            {},
            set(),
            set(),
            {},
        )
        out, was, lwas, opseen, touched = {}, None, None, {}, set()

        def back(ms):
            nonlocal pending
            if "back" in r:
                pending = tuple(sorted(set(ms) - covered_by_op | set(pending)))

        def settle(q, version):  # an answer withdrawn while its only attempt was in flight
            if q in withdrawn and q not in went and kind[q] == "bot" and q in touched:
                touched.discard(q)
                back(cover[q])

        covered_by_op = set()
        at = {}
        for version, (type_, slot, d) in enumerate(log):
            if adriver != was:
                bad = (
                    bad
                    or (
                        adriver not in (None, version - 1)
                        and "lemma: an old event became the agent's driver"
                    )
                    or None
                )
                was = adriver
            if ldriver != lwas:
                bad = (
                    bad
                    or (
                        ldriver not in (None, version - 1)
                        and "lemma: an old event became the lane's driver"
                    )
                    or None
                )
                lwas = ldriver
            if type_ == "M":
                pending += (d,)
                at[d] = version
                if turn is None and adriver is None and (not taken or "gather" not in r):
                    adriver = version
            elif type_ == "TS":
                if turn is not None:
                    bad = bad or "two turns open"
                if taken:
                    bad = bad or "K1 a turn was opened during the takeover"
                turn, k, covers, pending = version, 1, pending, ()
            elif type_ == "Q":
                if turn == d[0]:
                    k += 1
                    waiting = version
                    adriver = None
                elif taken:
                    bad = bad or "K1 the stopped turn went on"
            elif (
                type_ == "F"
                and waiting is not None
                and slot == ("outcome", waiting)
                and turn is not None
            ):
                waiting, adriver = None, version
            elif type_ == "R":
                q, kd, T, np = d
                kind[q], nparts[q] = kd, np
                if kd == "bot":
                    if turn == T:
                        cover[q] = covers
                        turn, covers, ended = None, (), ended + 1
                        adriver = adriver if pending else None
                    else:
                        bad = bad or "K1 a turn that was stopped is answered"
                        cover[q] = ()
                if kd == "op":
                    saw = T if "seen" in r else version
                    opseen[q] = T
                    gone = {m for m in at if at[m] < saw}
                    covered_by_op |= gone if "settled" in r else gone & set(pending)
                    pending = tuple(m for m in pending if m not in gone)
                queue.append(q)
                place[q] = (0, 1, "todo")
                ldriver = version if ldriver is None else ldriver
            elif type_ == "S":
                q, p, a, mark = d
                claimed_at[q, p, a] = version
                if taken and kind[q] == "bot":
                    bad = bad or "K2 an answer was claimed during the takeover"
                if mark != (taken and kind[q] == "rem"):
                    bad = bad or "K2 a reminder says wrongly who speaks"
                if q in withdrawn:
                    bad = bad or "K3 a withdrawn reply was claimed"
                if q in queue and place[q] == (p, a, "todo"):
                    place[q] = (p, a, "sending")
            elif type_ == "O":
                (q, p, a), what = d
                out[d[0]] = what
                if what in ("sent", "gone"):
                    went.add(q)
                if place[q] == (p, a, "sending") and q in queue:
                    if what in ("sent", "gone"):
                        place[q] = (p + 1, 1, "todo")
                    elif what == "refused":
                        place[q] = (p, a + 1, "todo")
                    if q in withdrawn or what == "failed" or place[q][0] == nparts[q]:
                        queue.remove(q)
                        if what in ("refused", "failed"):
                            settle(q, version)
            elif type_ == "TO":
                taken = True
                if turn is not None:
                    back(covers)
                turn, waiting, covers, ended, adriver = None, None, (), ended + 1, None
                if "drop" in r:
                    for q in list(queue):
                        if kind[q] != "bot":
                            continue
                        if place[q][2] == "todo":
                            queue.remove(q)
                        else:
                            touched.add(q)
                        withdrawn.add(q)
                        fresh = q not in went and place[q][2] == "todo"
                        if fresh or "part" not in r:
                            back(cover[q])
            elif type_ == "HB":
                if d != ("over", max(i for i, e in enumerate(log[:version]) if e[0] == "TO")):
                    bad = bad or "K8 the hand-back of an earlier takeover ended this one"
                taken = False
                if pending and turn is None and adriver is None and "wake" in r:
                    adriver = version
            if not queue:
                ldriver = None
        bad = (
            bad
            or (adriver not in (None, was, len(log) - 1) and "lemma: agent")
            or (ldriver not in (None, lwas, len(log) - 1) and "lemma: lane")
            or None
        )
        head = next((q for q in queue if place[q][2] == "sending"), None) or next(iter(queue), None)
        return {
            "turn": turn,
            "k": k,
            "waiting": waiting,
            "pending": pending,
            "covers": covers,
            "ended": ended,
            "taken": taken,
            "adriver": adriver,
            "ldriver": ldriver,
            "queue": tuple(queue),
            "head": (head,) + place[head] if head else None,
            "cover": cover,
            "kind": kind,
            "nparts": nparts,
            "out": out,
            "bad": bad,
            "claimed": claimed_at,
            "opseen": opseen,
            "at": at,
            "withdrawn": withdrawn,
            "went": went,
            "covered": covered_by_op,
            "flying": any(place[q][2] == "sending" and kind[q] == "bot" for q in queue),
        }

    def unsafe(self, s):
        log, _hs, _net, phone, _env = s
        f = self.fold(log)
        if f["bad"]:
            return f["bad"]
        if len(set(phone)) != len(phone):
            return "P3 one attempt twice"
        seen = {}
        for x in phone:
            seen[x[:2]] = seen.get(x[:2], 0) + 1
        if any(c > 1 for c in seen.values()):
            return "P3 a part twice"
        bots = {}
        for q, ms in f["cover"].items():
            if any(x[0] == q for x in phone) or q in f["went"]:
                for m in ms:
                    bots.setdefault(m, set()).add(q)
        for m, qs in bots.items():
            if len(qs) > 1:
                return f"K4 message {m} was answered by {sorted(qs)}"
            for o, saw in f["opseen"].items():
                line = next(i for i, e in enumerate(log) if e[0] == "R" and e[2][0] == o)
                first = min((v for x, v in f["claimed"].items() if x[0] in qs), default=0)
                if f["at"][m] < saw and first > line:
                    return f"K4 message {m}: the line {o} settled it, and then the bot answered it"
        ops = [x[0] for x in phone if f["kind"][x[0]] == "op"]
        if ops != sorted(ops):
            return "K5 operator's lines out of order"
        for i, x in enumerate(phone):
            if f["kind"][x[0]] == "op":
                line = next(j for j, e in enumerate(log) if e[0] == "R" and e[2][0] == x[0])
                if any(
                    f["kind"][y[0]] != "op" and f["claimed"][y] < line and f["out"].get(y) != "gone"
                    for y in phone[i + 1 :]
                ):
                    return "K5 an operator's line overtook an attempt that was claimed before it"
        if self.settled(s):
            for m, v in f["at"].items():
                op = any(v < saw for saw in f["opseen"].values())
                if (
                    not op
                    and m not in bots
                    and not any(
                        m in ms
                        and any(w == "failed" for x, w in f["out"].items() if x[0] == q)
                        and q not in f["withdrawn"]
                        for q, ms in f["cover"].items()
                    )
                ):
                    return f"K6 message {m} is answered by nobody"
        return None

    def settled(self, s):
        log, handlers, network, _phone, _env = s
        f = self.fold(log)
        return (
            not handlers
            and not network
            and not f["taken"]
            and f["turn"] is None
            and not f["pending"]
            and not f["queue"]
        )

    def why(self, s):
        f = self.fold(s[0])
        return f"taken {f['taken']}, turn {f['turn']}, pending {f['pending']}, queue {f['queue']}"
