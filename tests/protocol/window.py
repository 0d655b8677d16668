"""WhatsApp's 24 hours and consent: what may happen in one state."""

from tests.protocol.slots import put_in
from tests.protocol.window_fold import FIRST, WORDS, word
from tests.protocol.window_judge import WindowJudge


def with_(some, by):
    return tuple(sorted({*some, by}))


def less(some, by):
    return tuple(each for each in some if each != by)


class Window(WindowJudge):
    def decide(self, f, clock, v, retired):
        """What the lane's driver does in this fold; `v` counts the gates that it knows."""
        if f[16]:
            return ("tell", f[16], f[19], v)
        q, p, a, st = f[1]
        x = (q, p, a)
        if st == "sending":
            return ("settle", x)
        by = self.goes_from(f, retired)
        agrees = f[20][by] and (f[4] or "silent" not in self.r)
        if "consent" in self.r and not agrees and (q not in WORDS or "confirm" not in self.r):
            return ("hold", x, "consent", v)
        trusts = "unheard" not in self.r and by != f[19]
        is_open = f[5][by] or trusts
        if (is_open and (by in clock or trusts)) or (q in WORDS and is_open):
            group = ()
            if self.digest and q in f[7] and len(f[9][q]) == 1:
                for z in f[2][1:]:
                    if z in WORDS or z not in f[7] or len(f[9][z]) > 1:
                        break
                    group += (z,)
            return ("do", x, "free", group, by, v)
        whole = all(s == "todo" for _, s in f[9][q])
        if q in self.tpl and ("onetpl" not in self.r or (q not in f[6] and whole)):
            return ("do", x, "tpl", (), by, v)
        return ("hold", x, "clock" if is_open else "63016", v)

    def steps(self, s):
        log, handlers, network, twilio, phone, env = s
        ready, arr, logd, real, clock, crash, lost, refuse, losecb, badtpl, listed, retired = env
        r, f, moves = self.r, self.fold(log), []
        driver, head = f[0], f[1]

        def put(
            label,
            outside,
            log=log,
            handlers=handlers,
            network=network,
            twilio=twilio,
            phone=phone,
            env=env,
        ):
            seen = self.gates(log)  # a decision that a gate overtook conflicts for ever: a reload
            gated = ("do", "hold", "tell") if "asked" in r else ("do", "hold")
            handlers = tuple(h for h in handlers if h[0] not in gated or h[-1] == seen)
            g = self.fold(log)
            handlers = tuple(h for h in handlers if h[0] != "rec" or h[1] not in g[11])
            moves.append(
                (
                    label,
                    outside,
                    (
                        log,
                        tuple(sorted(handlers, key=repr)),
                        tuple(sorted(network, key=repr)),
                        twilio,
                        phone,
                        env,
                    ),
                )
            )

        def but(**kw):
            names = dict(
                zip(
                    (
                        "ready",
                        "arr",
                        "logd",
                        "real",
                        "clock",
                        "crash",
                        "lost",
                        "refuse",
                        "losecb",
                        "badtpl",
                        "listed",
                        "retired",
                    ),
                    range(12),
                    strict=False,
                )
            )
            e = list(env)
            for k, v in kw.items():
                e[names[k]] = v
            return tuple(e)

        if ready < self.n:
            put(
                f"r{ready + 1} ready",
                True,
                log=(*log, ("R", ("r", ready + 1), ready + 1)),
                env=but(ready=ready + 1),
            )
        if arr < len(self.inb):
            kind, _, to = self.inb[arr].partition("@")
            to = to or FIRST
            off = 0 if kind == "START" and to == FIRST and listed == 2 else listed
            put(
                f"{self.inb[arr]} reaches WhatsApp",
                True,
                env=but(arr=arr + 1, real=with_(real, to), listed=off),
            )
        if listed == 1:
            put("Twilio's own list takes them up", True, env=but(listed=2))
        if retired == 1:
            put("the first sender is ours no more", True, env=but(retired=2))
        if logd < arr:
            kind, _, to = self.inb[logd].partition("@")
            to = to or FIRST
            stops = kind == "STOP" and f[20][to]
            more = (("R", ("sid", logd + 1, 1), word("c", to)),) if stops else ()
            put(
                f"{self.inb[logd]} is recorded",
                False,
                log=(*log, (kind, ("sid", logd + 1), to), *more),
                env=but(logd=logd + 1, clock=with_(clock, to)),
            )
        for by in real:
            put(f"24 h of {by} by WhatsApp's clock", True, env=but(real=less(real, by)))
        for by in clock:
            put(f"24 h of {by} by our clock", True, env=but(clock=less(clock, by)))
        live = {h[1] for h in handlers if h[0] in ("post", "wait")}
        if driver is not None and (head or f[16]) and len(handlers) < self.hmax:
            d = self.decide(f, clock, self.gates(log), retired == 2)
            if d[0] == "settle":
                x = d[1]
                there = any(t[0] == x for t in twilio)
                if there:
                    put(f"list finds {x}", False, handlers=(*handlers, ("rec", x, "sent")))
                if (
                    x not in live
                    and x not in [y[0] for y in network]
                    and (not there or not self.reliable)
                ):
                    what = "again" if x[0] in self.least and x[2] < self.again else "gone"
                    put(
                        f"120 s, nothing: {x} {what}", False, handlers=(*handlers, ("rec", x, what))
                    )
            elif d[0] == "hold" and "hold" not in r:
                pass
            elif d not in handlers or d[0] == "tell":
                put(f"h reads: {d}", False, handlers=(*handlers, d))
        for i, h in enumerate(handlers):
            rest, x = handlers[:i] + handlers[i + 1 :], h[1]
            if crash:
                put(f"h is killed at {h}", True, handlers=rest, env=but(crash=crash - 1))
            if h[0] == "tell":
                slot = ("notice", x if "once" in r else len(log))
                new, ok = put_in(log, slot, [("R", word("n", h[2]))])
                put("says that START resumes" if ok else "said already", False, new, rest)
            elif h[0] == "do":
                new, ok = put_in(log, ("claim", *x), [("S", (x, h[2], h[3], h[4]))])
                put(
                    f"claims {x} {h[2]} with {h[3]} from {h[4]}" if ok else f"conflict {x}",
                    False,
                    log=new,
                    handlers=rest + ((("post", x, h[2], h[3]),) if ok else ()),
                )
            elif h[0] == "hold":
                new, ok = put_in(log, ("claim", *x), [("H", (x, h[2]))])
                put(
                    f"holds {x}: {h[2]}" if ok else f"hold conflict {x}",
                    False,
                    log=new,
                    handlers=rest,
                )
            elif h[0] == "post":
                put(f"POSTs {x}", False, handlers=(*rest, ("wait", x)), network=(*network, h[1:]))
            elif h[0] == "rec":
                new, ok = put_in(log, ("out", *x), [("O", (x, h[2]))])
                put(f"records {h[2]} {x}", False, log=new, handlers=rest)
        for y in network:
            x, form, group = y
            left = tuple(z for z in network if z != y)
            w = ("wait", x)
            rest = tuple(h for h in handlers if h != w)

            def ans(what):
                return rest + ((("rec", x, what),) if w in handlers else ())

            by = f[10][x][3]
            if listed == 2 and by == FIRST:
                put(f"21610 for {x}", False, network=left, handlers=ans("stopped"))
                continue
            put(
                f"Twilio accepts {x}",
                False,
                network=left,
                twilio=(*twilio, (x, form, "acc", group)),
                handlers=ans("sent"),
            )
            if form == "free" and by not in real:
                put(f"63016 at the POST of {x}", False, network=left, handlers=ans("closed"))
            if lost and w in handlers:
                put(
                    f"Twilio accepts {x}, answer lost",
                    True,
                    network=left,
                    twilio=(*twilio, (x, form, "acc", group)),
                    handlers=rest,
                    env=but(lost=lost - 1),
                )
                put(f"{x} never arrives", True, network=left, handlers=rest, env=but(lost=lost - 1))
            if refuse and w in handlers:
                put(
                    f"429 for {x}",
                    True,
                    network=left,
                    handlers=ans("refused"),
                    env=but(refuse=refuse - 1),
                )
            if badtpl and form == "tpl" and w in handlers:
                put(
                    f"template of {x} is refused",
                    True,
                    network=left,
                    handlers=ans("notpl"),
                    env=but(badtpl=0),
                )
        for i, t in enumerate(
            twilio
        ):  # in the order of twilio: Twilio's queue to one user is first in, first out
            x, form, st, group = t

            def other(new):
                return (*twilio[:i], new, *twilio[i + 1 :])

            if st == "acc" and all(z[2] != "acc" for z in twilio[:i]):
                if form == "tpl" or f[10][x][3] in real:
                    put(
                        f"phone shows {x} {form}",
                        False,
                        twilio=other((x, form, "dlv", group)),
                        phone=(*phone, (x, form, group)),
                    )
                else:
                    put(f"WhatsApp: 63016 for {x}", False, twilio=other((x, form, "und", group)))
            known = ("U", x) in {(e[0], e[2]) for e in log}
            if st == "dlv" and x not in f[11]:
                new, ok = put_in(log, ("out", *x), [("O", (x, "sent"))])
                put(f"callback proves {x}", False, log=new)
            elif st == "dlv" and self.facts and ("D", x) not in {(e[0], e[2]) for e in log}:
                put(f"delivered: {x}", False, log=(*log, ("D", ("del", *x), x)))
            if st in ("und", "und!") and not known and (st == "und" or "sweep" in r):
                if x not in f[11]:
                    new, ok = put_in(log, ("out", *x), [("O", (x, "sent")), ("U", x)])
                else:
                    new, ok = put_in(log, ("del", *x), [("U", x)])
                put(f"63016 of {x} is recorded", False, log=new)
                if losecb and st == "und":
                    put(
                        f"63016 callback of {x} is lost",
                        True,
                        twilio=other((x, form, "und!", group)),
                        env=but(losecb=losecb - 1),
                    )
        for h in handlers:
            if h[0] == "wait" and h[1] not in [y[0] for y in network]:
                put(
                    f"POST of {h[1]} times out",
                    False,
                    handlers=tuple(z for z in handlers if z != h),
                )
        return moves
