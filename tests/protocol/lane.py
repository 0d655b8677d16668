"""The sender's lane: what may happen in one state, if the rules hold or one of them is off."""

from tests.protocol.lane_fold import A, H, LaneFold, P, Q, X, append


class Lane(LaneFold):
    def steps(self, s):
        log, bus, handlers, network, accepted, late, env = s
        rules = self.r
        ready, crash, redeliveries, lost, refuse, commit, lose, parks = env
        driver, at, out, queue, _ = self.fold(log)
        moves = []

        def put(
            label,
            outside,
            log=log,
            bus=bus,
            handlers=handlers,
            network=network,
            accepted=accepted,
            late=late,
            env=env,
        ):
            while len(bus) < len(log):
                bus += ((Q, 0) if log[len(bus)][0] in ("R", "K") else None,)
            if self.reduce:  # same two reductions as in Turn.steps
                now, _, out2, _, _ = self.fold(log)
                heads = {e[1][0] for e in log}
                new = []
                for h in handlers:
                    where = h[1]
                    if where == "load":
                        h = h[:2]
                    if (
                        (where == "claim" and ("claim", h[2]) in heads)
                        or (where == "wait" and h[2] not in network)
                        or (where == "post" and "guard" in rules and h[2] in out2)
                    ):
                        h = (h[0], "load")
                    elif where == "rec" and h[2] in out2:
                        h = (h[0], h[4] if len(h) > 4 else "load")
                    elif where == "recon" and h[2] in out2:
                        h = (h[0], h[3])
                    elif (
                        where == "parkit"
                        and ("claim" if h[2][3] == "todo" else "out", h[2][:3]) in heads
                    ):
                        h = (h[0], "park")
                    if h[1] not in ("load", "park", "ack") or h[0] == now:
                        new.append(h)
                handlers = tuple(new)
                busy = {h[0] for h in handlers}
                bus = tuple(
                    (A, 0) if st and st[0] in (Q, H, A, X) and p != now and p not in busy else st
                    for p, st in enumerate(bus)
                )
            moves.append(
                (
                    label,
                    outside,
                    (
                        log,
                        bus,
                        tuple(sorted(handlers, key=repr)),
                        tuple(sorted(network)),
                        accepted,
                        late,
                        env,
                    ),
                )
            )

        def use(i):
            e = list(env)
            e[i] -= 1
            return tuple(e)

        def delivery(p, st, n):
            return (*bus[:p], (st, n), *bus[p + 1 :])

        if ready < self.nr:
            put(
                f"r{ready + 1} ready",
                True,
                log=(*log, ("R", (("r", ready + 1), 0), ready + 1)),
                env=(ready + 1, *env[1:]),
            )
        for p, st in enumerate(bus):
            if not st:
                continue
            nm = f"{log[p][0]}{log[p][2]}"
            if st[0] == Q and len(handlers) < self.hmax:
                if st[1] < self.maxd:
                    put(
                        f"deliver {nm} #{st[1] + 1}",
                        False,
                        bus=delivery(p, H, st[1] + 1),
                        handlers=(*handlers, (p, "load")),
                    )
                elif "parkself" in rules:
                    put(
                        f"deliver {nm} over the limit: park",
                        False,
                        bus=delivery(p, H, st[1]),
                        handlers=(*handlers, (p, "park")),
                    )
            if st[0] == H and redeliveries and (st[1] < self.maxd or "parkself" in rules):
                put(
                    f"ack wait of {nm} expires, its handler lives",
                    True,
                    bus=delivery(p, Q, st[1]),
                    env=use(2),
                )
            if st[0] == Q and lose:
                put(f"bus loses {nm}", True, bus=delivery(p, X, st[1]), env=use(6))
            if (
                "watch" in rules
                and driver == p
                and st[0] in (A, X)
                and p not in [h[0] for h in handlers]
            ):
                put(f"watchdog publishes {nm}", False, bus=delivery(p, Q, 0))
            if st[0] == A and redeliveries and not self.reduce:
                put(f"{nm} is published again", True, bus=delivery(p, Q, 0), env=use(2))
        # Twilio: a request in the network is accepted sooner or later, whoever waits for it
        for x in network:
            left = tuple(y for y in network if y != x) + (x,) * (network.count(x) - 1)
            wait = [i for i, h in enumerate(handlers) if h[1] == "wait" and h[2] == x]

            def answer(where, wait=wait, x=x):
                return (
                    handlers
                    if not wait
                    else handlers[: wait[0]]
                    + handlers[wait[0] + 1 :]
                    + ((handlers[wait[0]][0], *where),)
                )

            put(
                f"Twilio accepts {x}",
                False,
                network=left,
                accepted=(*accepted, x),
                handlers=answer(("rec", x, "sent")),
            )
            if lost and wait:
                put(
                    f"Twilio accepts {x}, its answer is lost",
                    True,
                    network=left,
                    accepted=(*accepted, x),
                    handlers=answer(("load",)),
                    env=use(3),
                )
                put(
                    f"{x} never reaches Twilio, timeout",
                    True,
                    network=left,
                    handlers=answer(("load",)),
                    env=use(3),
                )
            if refuse and wait:
                put(
                    f"Twilio refuses {x} (429)",
                    True,
                    network=left,
                    handlers=answer(("rec", x, "refused")),
                    env=use(4),
                )
        # status callbacks
        if self.callbacks:
            for x in set(accepted):
                if x not in out and "callback" in rules:
                    new, done = append(log, ("out", x), [("O", (*x, "sent"))], rules)
                    put(f"callback proves {x}", False, log=new)
                elif "callback" not in rules:  # carries the reply id alone
                    r = x[0]
                    if r in at and at[r][2] == "sending":
                        y = (r, *at[r][:2])
                        new, done = append(log, ("out", y), [("O", (*y, "sent"))], rules)
                        put(f"callback of {x} settles {y}", False, log=new)
        for hi, h in enumerate(handlers):
            rest = handlers[:hi] + handlers[hi + 1 :]
            p, where = h[0], h[1]
            me = f"h({log[p][0]}{log[p][2]})"

            def go(label, *new, **kw):
                put(f"{me} {label}", False, handlers=(*rest, (p, *new)), **kw)

            other = any(x[0] == p for x in rest)
            n = bus[p][1]
            back = (
                bus
                if bus[p][0] != H or other
                else delivery(p, X if n >= self.maxd and "parkself" not in rules else Q, n)
            )
            if crash:
                put(f"{me} is killed at {where}", True, handlers=rest, bus=back, env=use(1))
            mine = self.mine(log, p, driver, at, queue)
            if where == "load" and parks:  # parking may be decided at any time, by any count
                put(f"{me} is told to park", True, handlers=(*rest, (p, "park")), env=use(7))
            if where == "ack":
                put(
                    f"{me} acks",
                    False,
                    handlers=rest,
                    bus=delivery(p, A, bus[p][1]) if bus[p][0] in (H, Q) else bus,
                )
            elif where == "park":
                if "parkslot" not in rules:
                    put(
                        f"{me} writes the dead letter only",
                        False,
                        handlers=rest,
                        bus=delivery(p, P, bus[p][1]),
                    )
                elif mine is None:
                    go("parks nothing", "ack")
                elif mine[3] == "todo" or "parkwait" not in rules:
                    go("reads", "parkit", mine)
                else:
                    go("outcome unknown, parks later", "recon", mine[:3], "park")
            elif where == "parkit":
                r, part, a, phase = h[2]
                x = (r, part, a)
                new, done = append(
                    log, ("claim" if phase == "todo" else "out", x), [("K", r)], rules
                )
                go("parks" if done else "park refused", "park", log=new)
            elif where == "load":
                if mine is None:
                    go("not my move", "ack")
                else:
                    r, part, a, phase = mine
                    x = (r, part, a)
                    if phase == "todo" and r == self.poison:
                        put(f"{me} is killed by its content", False, handlers=rest, bus=back)
                    elif phase == "todo" or "reconcile" not in rules:
                        go("reads", "claim", x)
                    else:
                        go("outcome unknown", "recon", x, "load")
            elif where == "claim":
                x = h[2]
                new, done = append(log, ("claim", x), [("S", x)], rules)
                if done and commit:  # COMMIT went through, its answer did not
                    put(
                        f"{me} claims {x}, connection lost in COMMIT",
                        True,
                        log=new,
                        env=use(5),
                        handlers=(*rest, (p, "post" if "token" in rules else "load", x)),
                    )
                if done or "claim" not in rules:
                    go(f"claims {x}", "post", x, log=new)
                else:
                    go("claim exists", "load")
            elif where == "post":
                x = h[2]
                if "guard" in rules and (
                    x in out or x in late
                ):  # its own monotonic clock says: too late. It knows it did
                    go(
                        "claim too old: does not POST", "rec", x, "refused"
                    )  # not POST, and nobody else may: a definite no
                else:
                    go(f"POSTs {x}", "wait", x, network=(*network, x))
            elif where == "wait":
                pass  # Twilio's answer or a timeout moves it
            elif where == "rec":
                x, what = h[2], h[3]
                new, done = append(log, ("out", x), [("O", (*x, what))], rules)
                go(
                    f"records {what} {x}" if done else "outcome exists",
                    h[4] if len(h) > 4 else "load",
                    log=new,
                )
            elif where == "recon":
                x, back = h[2:4]
                if x in out or mine is None or mine[:3] != x:
                    go("sees the outcome", back)
                else:
                    known = [y for y in accepted if out.get(y) == ["sent"]]
                    if x in accepted or (
                        "match" not in rules and any(y in known for y in accepted)
                    ):
                        go("list and match finds it", "rec", x, "sent", back)
                    if not (self.reliable and (x in accepted or x in network)):
                        go(
                            "120 s, nothing: policy",
                            "rec",
                            x,
                            "gone" if self.cls[x[0]] == "most" else "again",
                            back,
                            late=tuple(sorted({*late, x})),
                        )
        # a handler in "wait" whose request is gone (accepted for another waiter) times out
        for hi, h in enumerate(handlers):
            if h[1] == "wait" and h[2] not in network:
                put(
                    f"h@{h[0]} POST timeout",
                    False,
                    handlers=handlers[:hi] + handlers[hi + 1 :] + ((h[0], "load"),),
                )
        return moves

    def mine(self, log, p, driver, at, queue):
        """What this delivery must move: (r, part, attempt, phase), or None."""
        if "lane" in self.r and "driver" in self.r:
            return (queue[0],) + at[queue[0]] if queue and driver == p else None
        if log[p][0] != "R" or log[p][2] not in at:  # design: each reply.ready sends its own reply
            return None
        if "lane" in self.r and queue[0] != log[p][2]:
            return None  # waits its turn: acks, hopes someone comes back
        return (log[p][2],) + at[log[p][2]]
