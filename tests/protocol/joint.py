"""WhatsApp's window, consent and a takeover together: what may happen in one state.

The sender's driver has one delivery, the `seat` (driver, where it is, how often it was delivered);
deliveries of other events are acknowledged at once. Of the agent's, as many as it may have run.
"""

from tests.protocol.joint_fold import JointFold
from tests.protocol.slots import put_in

MOST_DELIVERIES = 2
OF_A_DELIVERY = {"load", "do", "hold", "park", "parkit", "post", "wait", "rec"}


class Joint(JointFold):
    def steps(self, s):
        self.moves, self.s = [], s
        f = self.fold(s[0])
        self._outside(f)
        self._agent(f)
        self._seat(f)
        for i, h in enumerate(s[1]):
            self._handler(f, h, s[1][:i] + s[1][i + 1 :])
        for post in s[2]:
            self._twilio(post)
        for i, message in enumerate(s[3]):
            self._whatsapp(f, i, message)
        return self.moves

    def put(self, label, outside, spend=None, **changes):
        log, handlers, network, twilio, phone, seat, open_, left, saw = (
            changes.get(name, was)
            for name, was in zip(
                ("log", "handlers", "network", "twilio", "phone", "seat", "open_", "left", "saw"),
                self.s,
                strict=True,
            )
        )
        if spend:
            i = self.names.index(spend)
            if not left[i]:
                return
            left = (*left[:i], left[i] - 1, *left[i + 1 :])
        f, taken, seen = self.fold(log), {e[1] for e in log}, self.gates(log)
        if (seat and seat[0]) != f.sender:
            seat = (f.sender, "queued", 0) if f.sender is not None else None
        handlers = tuple(("load", h[1]) if self._is_stale(h, taken, seen) else h for h in handlers)
        handlers = tuple(h for h in handlers if not self._is_over(h, f, taken))
        busy = any(h[0] in OF_A_DELIVERY and h[1] == f.sender for h in handlers)
        if seat and seat[1] == "held" and not busy:
            seat = (seat[0], "queued", seat[2])
        handlers = tuple(sorted(handlers, key=repr))
        state = (log, handlers, tuple(sorted(network)), twilio, phone, seat, open_, left, saw)
        self.moves.append((label, outside, state))

    @staticmethod
    def _is_over(h, f, taken):
        """Its next look at the log would end it: one of the lane's reductions."""
        match h[0]:
            case "load" | "park":
                return h[1] != f.sender
            case "open" | "answer" | "take" | "back":
                return h[1] in taken
        return False

    def _is_stale(self, h, taken, seen):
        """Its append would be refused, and lead it back to the log: the other one."""
        match h[0]:
            case "do" | "hold":
                late = "gates" in self.r and h[-1] != seen
                return late or ("claim", *h[2]) in taken
            case "parkit":
                return "parkslot" in self.r and ("claim", *h[2]) in taken
            case "rec":
                return ("out", *h[2]) in taken
        return False

    def _outside(self, f):
        log, handlers, _net, _twi, _phone, _seat, (real, clock), left, saw = self.s
        n = left[self.names.index("messages")]
        done = self.budget["messages"] - n + 1
        opened = {"open_": (True, True)}
        if n:
            new = (*log, ("M", ("sid", done), done))
            self.put(f"M{done}", True, "messages", log=new, **opened)
        words = left[self.names.index("words")]
        if words:
            word = self.words[-words]
            self.put(word, True, "words", log=(*log, (word, ("word", words), None)), **opened)
        r = left[self.names.index("reminders")]
        ready = ("R", ("rem", r), (f"m{r}", "rem", None, None))
        self.put("a reminder is ready", True, "reminders", log=(*log, ready))
        if real:
            self.put("24 h by WhatsApp's clock", True, "closes", open_=(False, clock))
        if clock:
            self.put("24 h by our clock", True, "closes", open_=(real, False))
        slot = ("turn", f.ended) if f.turn is None else ("step", f.turn)
        if not f.taken:
            new = (*handlers, ("take", slot))
            self.put("an operator takes over: reads", True, "takes", handlers=new)
        else:
            if saw < len(log):
                self.put("the operator looks", True, saw=len(log))
            n = left[self.names.index("lines")]
            line = ("R", ("op", n), (f"o{9 - n}", "op", saw, None))
            self.put(f"a line that saw {saw}", True, "lines", log=(*log, line))
            over = ("back", ("over", f.took))
            if not f.flying and over not in handlers:
                self.put("hands back: reads", False, handlers=(*handlers, over))
        for q in f.parked:
            new, done = put_in(log, ("retry", q), [("R", (f"{q}+", f.kind[q], None, q))])
            if done:
                self.put(f"retries {q}", True, "retries", log=new)

    def _agent(self, f):
        handlers = self.s[1]
        if f.agent is None or any(h[0] in ("open", "answer") for h in handlers):
            return
        h = ("open", ("turn", f.ended)) if f.turn is None else ("answer", ("step", f.turn))
        self.put(f"agent reads: {h[0]}", False, handlers=(*handlers, h))

    def _seat(self, f):
        handlers, seat = self.s[1], self.s[5]
        if seat is None:
            return
        e, where, n = seat
        if where == "queued":
            free = sum(h[0] in OF_A_DELIVERY for h in handlers) < self.hmax
            h = ("park" if n >= MOST_DELIVERIES else "load", e)
            if free and h not in handlers:
                held = (e, "held", min(n + 1, MOST_DELIVERIES))
                self.put(f"delivers {e}: {h[0]}", False, handlers=(*handlers, h), seat=held)
            self.put(f"the bus loses {e}", True, "lose", seat=(e, "lost", n))
        elif where == "held":
            self.put("its ack wait expires", True, "redeliver", seat=(e, "queued", n))
        elif "watch" in self.r:
            self.put(f"the watchdog publishes {e}", False, seat=(e, "queued", 0))

    def _handler(self, f, h, rest):
        log, network = self.s[0], self.s[2]
        if h[0] not in ("take", "back"):
            self.put(f"killed at {h}", True, "crash", handlers=rest)
        match h:
            case ("load", e):
                self._load(f, e, rest)
                self.put(f"{e} is to be parked", True, "parks", handlers=(*rest, ("park", e)))
            case ("park", e):
                q, attempt, phase = f.head, *f.place[f.head]
                if phase == "todo":
                    h = ("parkit", e, (q, attempt))
                    self.put(f"parks {q}: reads", False, handlers=(*rest, h))
                else:
                    self._settle(e, f.under[q], rest)
            case ("parkit", e, x):
                slot = ("claim", *x) if "parkslot" in self.r else ("parked", *x)
                new, _ = put_in(log, slot, [("P", x[0])])
                self.put(f"parks {x}", False, log=new, handlers=rest)
            case ("do", e, x, group, mark, _):
                new, done = put_in(log, ("claim", *x), [("S", (x, group, mark))])
                post = (("post", e, x),) if done else ()
                label = f"claims {x} with {group}{', marked' * mark}"
                self.put(label, False, log=new, handlers=rest + post)
            case ("hold", e, x, _):
                new, _ = put_in(log, ("claim", *x), [("H", x)])
                self.put(f"holds {x}", False, log=new, handlers=(*rest, ("load", e)))
            case ("post", e, x):
                sent = (*network, (x, f.claims[x][1]))
                self.put(f"POSTs {x}", False, handlers=(*rest, ("wait", e, x)), network=sent)
            case ("wait", e, x) if x not in [y for y, _ in network]:
                self.put(f"POST of {x} times out", False, handlers=(*rest, ("load", e)))
            case ("rec", e, x, what):
                new, _ = put_in(log, ("out", *x), [("O", (x, what))])
                self.put(f"records {what} {x}", False, log=new, handlers=(*rest, ("load", e)))
            case ("open", slot):
                new, _ = put_in(log, slot, [("TS", None)])
                self.put("turn.started", False, log=new, handlers=rest)
            case ("answer", slot):
                ready = ("R", (f"b{slot[1]:02}", "bot", slot[1], None))
                new, _ = put_in(log, slot, [ready])
                self.put("the answer is ready", False, log=new, handlers=rest)
            case ("take", slot):
                new, _ = put_in(log, slot, [("TO", None)])
                self.put("taken over", False, log=new, handlers=rest)
            case ("back", slot):
                new, _ = put_in(log, slot, [("HB", None)])
                self.put("handed back", False, log=new, handlers=rest)

    def _load(self, f, e, rest):
        q, (attempt, phase) = f.head, f.place[f.head]
        x, seen = (q, attempt), self.gates(self.s[0])
        if phase == "sending":
            self._settle(e, f.under[q], rest)
        elif not f.consent or f.heard <= f.shut or not self.s[6][1]:
            h = ("hold", e, x, seen)
            self.put(f"reads: hold {x}", False, handlers=(*rest, h))
        else:
            group = self._group(f, q)
            h = ("do", e, x, group, f.taken and f.kind[q] != "op", seen)
            self.put(f"reads: claim {x} with {group}", False, handlers=(*rest, h))

    def _group(self, f, q):
        """The released reminders behind it that go with it in one message."""
        group = ()
        for z in f.queue[1:] if q in f.released else ():
            lone = "alone" in self.r and {f.kind[q], f.kind[z]} != {"rem"}
            if z not in f.released or lone:
                break
            group += (z,)
        return group

    def _settle(self, e, x, rest):
        """A claim without an outcome, by who did not claim it: list and match, else assume."""
        if any(z[0] in ("post", "wait", "rec") and z[2] == x for z in rest):
            return
        if any(t[0] == x for t in self.s[3]):
            self.put(f"the list has {x}", False, handlers=(*rest, ("rec", e, x, "sent")))
        elif x not in [y for y, _ in self.s[2]]:
            self.put(f"120 s: {x} is gone", False, handlers=(*rest, ("rec", e, x, "gone")))

    def _twilio(self, post):
        handlers, network, twilio, (real, _) = self.s[1], self.s[2], self.s[3], self.s[6]
        x, group = post
        left = tuple(z for z in network if z != post)
        waiting = next((h for h in handlers if h[0] == "wait" and h[2] == x), None)
        rest = tuple(h for h in handlers if h != waiting)

        def answered(what):
            return (*rest, ("rec", waiting[1], x, what)) if waiting else handlers

        had = {"network": left, "twilio": (*twilio, (x, group, "acc"))}
        self.put(f"Twilio accepts {x}", False, handlers=answered("sent"), **had)
        if not real:
            self.put(f"63016 at the POST of {x}", False, network=left, handlers=answered("closed"))
        if waiting:
            self.put(f"accepts {x}, answer lost", True, "lost", handlers=rest, **had)
            refused = answered("refused")
            self.put(f"429 for {x}", True, "refuse", network=left, handlers=refused)

    def _whatsapp(self, f, i, message):
        log, _h, _n, twilio, phone, _seat, (real, _), _left, _saw = self.s
        x, group, status = message

        def now(status):
            return (*twilio[:i], (x, group, status), *twilio[i + 1 :])

        if status == "acc" and all(t[2] != "acc" for t in twilio[:i]):
            if real:
                shown = (*phone, x[0], *group)
                self.put(f"the phone shows {x}", False, twilio=now("dlv"), phone=shown)
            else:
                self.put(f"WhatsApp refuses {x}", False, twilio=now("und"))
        proves = [("O", (x, "sent"))] if x not in f.out else []
        if status == "dlv" and proves:
            new, _ = put_in(log, ("out", *x), proves)
            self.put(f"callback proves {x}", False, log=new)
        if status == "und" and x not in f.refuted:
            slot = ("out", *x) if proves else ("del", *x)
            new, _ = put_in(log, slot, [*proves, ("U", x)])
            self.put(f"63016 of {x} is recorded", False, log=new)
