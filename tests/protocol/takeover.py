"""An operator takes a conversation over: what may happen in one state."""

from tests.protocol.slots import put_in
from tests.protocol.takeover_fold import TakeoverFold


class Takeover(TakeoverFold):
    def steps(self, s):
        log, handlers, network, phone, env = s
        arrived, saw, tools, rem, lines, crash, lost, takes, failed = env
        r, f, moves = self.r, self.fold(log), []
        names = ("arrived", "saw", "tools", "rem", "lines", "crash", "lost", "takes", "failed")

        def put(label, outside, log=log, handlers=handlers, network=network, phone=phone, **kw):
            e = tuple(kw.get(n, v) for n, v in zip(names, env, strict=False))
            heads = {x[1] for x in log}
            handlers = tuple(
                h
                for h in handlers
                if not (
                    (h[0] == "claim" and "gates" in r and h[2] != self.gates(log))
                    or (h[0] in ("ans", "open", "take") and h[1] in heads)
                    or (h[0] == "rec" and ("out",) + h[1] in heads)
                    or (h[0] == "hb" and "over" in r and h[1] in heads)
                )
            )
            moves.append(
                (
                    label,
                    outside,
                    (log, tuple(sorted(handlers, key=repr)), tuple(sorted(network)), phone, e),
                )
            )

        if arrived < self.n:
            put(
                f"M{arrived + 1}",
                True,
                log=(*log, ("M", ("sid", arrived), arrived + 1)),
                arrived=arrived + 1,
            )
        if rem:
            put(
                "a reminder's reply.ready",
                True,
                log=(*log, ("R", ("rem", rem), (f"m{rem}", "rem", None, 1))),
                rem=rem - 1,
            )
        if f["taken"] and saw < len(log):
            put("the operator looks", True, saw=len(log))
        if f["taken"] and lines:
            q = f"o{9 - lines}"
            put(
                f"operator.said {q}, saw {saw}",
                True,
                log=(*log, ("R", ("op", lines), (q, "op", saw, 1))),
                lines=lines - 1,
            )
        slot = ("turn", f["ended"]) if f["turn"] is None else ("step", f["turn"], f["k"])
        if takes and not f["taken"]:
            put(
                "operator takes over: reads",
                True,
                handlers=(*handlers, ("take", slot if "slot" in r else ("to", takes))),
                takes=takes - 1,
            )
        if (
            f["taken"]
            and not (f["flying"] and "limbo" in r)
            and sum(h[0] == "hb" for h in handlers) < self.hbs
        ):
            over = ("over", max(i for i, e in enumerate(log) if e[0] == "TO"))
            if ("hb", over) not in handlers or "over" not in r:
                put("operator hands back: reads", False, handlers=(*handlers, ("hb", over)))
        agents = sum(h[0] in ("open", "ans") for h in handlers)
        senders = sum(h[0] in ("claim", "post", "wait", "rec") for h in handlers)
        if f["adriver"] is not None and agents < self.hmax:
            if f["turn"] is None:
                if ("open", slot) not in handlers:
                    put("agent reads: open", False, handlers=(*handlers, ("open", slot)))
            elif f["waiting"] is None and ("ans", slot) not in handlers:
                put("agent asks the model", False, handlers=(*handlers, ("ans", slot)))
        if f["waiting"] is not None and ("outcome", f["waiting"]) not in {e[1] for e in log}:
            put("tool finishes", False, log=(*log, ("F", ("outcome", f["waiting"]), None)))
        late = [
            e
            for i, e in enumerate(log)
            if e[0] == "Q" and ("outcome", i) not in {z[1] for z in log} and i != f["waiting"]
        ]
        for i, e in enumerate(log):
            if e in late:
                put(
                    "a tool of the stopped turn finishes",
                    False,
                    log=(*log, ("F", ("outcome", i), None)),
                )
        if f["ldriver"] is not None and f["head"] and senders < self.hmax:
            q, p, a, st = f["head"]
            x = (q, p, a)
            if st == "todo":
                mark = f["taken"] and "mark" in r and f["kind"][q] == "rem"
                h = ("claim", x, self.gates(log), mark)
                if h not in handlers:
                    put(f"sender reads: {x}", False, handlers=(*handlers, h))
            elif not any(h[0] in ("post", "wait") and h[1] == x for h in handlers):
                if x in phone:
                    put(f"list finds {x}", False, handlers=(*handlers, ("rec", x, "sent")))
                elif x not in network:
                    put(f"120 s: {x} gone", False, handlers=(*handlers, ("rec", x, "gone")))
        for i, h in enumerate(handlers):
            rest = handlers[:i] + handlers[i + 1 :]
            if h[0] == "wait" and h[1] not in network:
                put(f"POST {h[1]} times out", False, handlers=rest)
            if crash and h[0] not in ("take", "hb"):
                put(f"killed at {h}", True, handlers=rest, crash=crash - 1)
            if h[0] == "take":
                new, ok = put_in(log, h[1], [("TO", None)])
                put("conversation.taken_over", False, log=new, handlers=rest)
            elif h[0] == "hb":
                new, ok = put_in(log, h[1] if "over" in r else ("hb", len(log)), [("HB", h[1])])
                put(
                    "conversation.handed_back", False, log=new if f["taken"] else log, handlers=rest
                )
            elif h[0] == "open":
                new, ok = put_in(log, h[1], [("TS", None)])
                put("turn.started" if ok else "exists", False, log=new, handlers=rest)
            elif h[0] == "ans":
                T = h[1][1]
                new, ok = put_in(log, h[1], [("R", (f"b{T:02}", "bot", T, self.parts))])
                put("reply.ready" if ok else "exists", False, log=new, handlers=rest)
                if tools and h[1][2] == 1:
                    new, ok = put_in(log, h[1], [("Q", (T, h[1][2]))])
                    put(
                        "tool.requested" if ok else "exists",
                        False,
                        log=new,
                        handlers=rest,
                        tools=tools - ok,
                    )
            elif h[0] == "claim":
                new, ok = put_in(log, ("claim",) + h[1], [("S", (*h[1], h[3]))])
                put(
                    f"claims {h[1]}{', marked' * h[3]}" if ok else "claimed already",
                    False,
                    log=new,
                    handlers=rest + ((("post", h[1]),) if ok else ()),
                )
            elif h[0] == "post":
                put(
                    f"POSTs {h[1]}",
                    False,
                    handlers=(*rest, ("wait", h[1])),
                    network=(*network, h[1]),
                )
            elif h[0] == "rec":
                new, ok = put_in(log, ("out",) + h[1], [("O", (h[1], h[2]))])
                put(f"records {h[2]} {h[1]}", False, log=new, handlers=rest)
        for x in network:
            left = tuple(y for y in network if y != x)
            w = ("wait", x)
            rest = tuple(h for h in handlers if h != w)
            put(
                f"Twilio accepts {x}",
                False,
                network=left,
                phone=(*phone, x),
                handlers=rest + ((("rec", x, "sent"),) if w in handlers else ()),
            )
            if lost:
                put(
                    f"Twilio accepts {x}, answer lost",
                    True,
                    network=left,
                    phone=(*phone, x),
                    handlers=rest,
                    lost=lost - 1,
                )
            if failed and w in handlers:
                put(
                    f"429 for {x}",
                    True,
                    network=left,
                    handlers=(*rest, ("rec", x, "refused")),
                    failed=failed - 1,
                )
                put(
                    f"4xx for {x}",
                    True,
                    network=left,
                    handlers=(*rest, ("rec", x, "failed")),
                    failed=failed - 1,
                )
        return moves
