"""WhatsApp's 24 hours and consent: what must never be, beside what the fold itself finds."""

from tests.protocol.window_fold import WORDS, WindowFold


class WindowJudge(WindowFold):
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
            if not f[4] and f[22] and not f[17]:
                return "W12 consent is withdrawn though no STOP to this sender stands"
            for q in f[3]:
                if f[13] > f[12].get(q, -1) and f[4]:
                    return f"W4 reply {q} is held though the user wrote after it was"
                if q in WORDS and f[5][f[19]] and not self.budget[-1]:
                    return "W5 the word on a STOP is held"
            for q, ps in f[9].items():
                for p, (_a, st) in enumerate(ps):
                    gone = any(
                        w == "gone" and (x[0] == q or q in f[10][x][2]) for x, w in f[11].items()
                    )
                    late = q in WORDS and (f[4] or q in f[21])
                    if st == "done" and (q, p) not in n and not gone and not late:
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
