"""What may happen in one state of the turn protocol's model."""

from typing import TYPE_CHECKING, Any

from tests.protocol.turn_fold import (
    ANSWERED,
    FINISHED,
    MESSAGE,
    NOTED,
    PARKED,
    READY,
    REMINDER,
    REQUESTED,
    RETRIED,
    STARTED,
    STOPPED,
    SUPERSEDED,
    TYPING,
    Log,
    append,
)
from tests.protocol.turn_world import (
    ACKED,
    AT_TOOLS,
    CALLS,
    DELIVERED,
    GIVEN_UP,
    HELD,
    LOST,
    QUEUED,
    Budget,
    State,
)

if TYPE_CHECKING:
    from tests.protocol.turn import Turn


class Steps:
    def __init__(self, model: "Turn", state: State) -> None:
        self.model, self.rules = model, model.rules
        self.log, self.bus, self.handlers, self.budget = state
        self.folded = model.fold(state.log)
        self.out: list[tuple[str, bool, State]] = []

    def all(self) -> list[tuple[str, bool, State]]:
        self._outside()
        self._deliveries()
        self._tools()
        for place, handler in enumerate(self.handlers):
            rest = self.handlers[:place] + self.handlers[place + 1 :]
            self._handler(handler, rest)
        return self.out

    def _put(self, label: str, is_outside: bool, **changes: Any) -> None:
        log = changes.get("log", self.log)
        bus = changes.get("bus", self.bus)
        handlers = changes.get("handlers", self.handlers)
        for kind, _, data in log[len(bus) :]:
            if kind in DELIVERED or (kind == PARKED and "parkwake" in self.rules):
                bus += ((QUEUED, 0),)
            else:
                bus += ((AT_TOOLS, 0),) if kind == REQUESTED and data[1] == "tools" else (None,)
        if self.model.reduce:
            bus, handlers = self._reduced(log, bus, handlers)
        state = State(
            log, bus, tuple(sorted(handlers, key=repr)), changes.get("budget", self.budget)
        )
        self.out.append((label, is_outside, state))

    def _reduced(self, log: Log, bus: Any, handlers: Any) -> tuple[Any, Any]:
        """A delivery that is not the driver only acks; a taken slot is a reload."""
        driver = self.model.fold(log).driver
        if {"fence", "batch"} <= self.rules:
            taken = {id_[0] for _, id_, _ in log if id_[1] == 0}
            handlers = tuple(_reloaded(one, taken) for one in handlers)
        handlers = tuple(
            one for one in handlers if one[1] not in {"load", "park", "ack"} or one[0] == driver
        )
        busy = {one[0] for one in handlers}
        return tuple(
            (ACKED, 0)
            if one and one[0] in {QUEUED, HELD, ACKED, LOST} and at != driver and at not in busy
            else one
            for at, one in enumerate(bus)
        ), handlers

    def _spent(self, name: str) -> Budget:
        return self.budget._replace(**{name: getattr(self.budget, name) - 1})

    def _delivery(self, at: int, where: str, count: int) -> Any:
        return (*self.bus[:at], (where, count), *self.bus[at + 1 :])

    def _name(self, at: int) -> str:
        kind, _, data = self.log[at]
        return f"M{data}" if kind == MESSAGE else f"{kind}@{at}"

    def _outside(self) -> None:
        budget, turn = self.budget, self.folded.turn
        if budget.arrived < self.model.messages:
            new = budget.arrived + 1
            arrives = (MESSAGE, (("sid", new), 0), new)
            self._put(
                f"M{new} arrives",
                True,
                log=(*self.log, arrives),
                budget=budget._replace(arrived=new),
            )
        if budget.reminders and turn is not None:
            fires = (REMINDER, (("reminder", budget.reminders), 0), None)
            self._put(
                "a reminder fires", True, log=(*self.log, fires), budget=self._spent("reminders")
            )
        if budget.stops and turn is not None:
            says = (*self.handlers, (-1, "stop", turn))
            self._put("the user says stop", True, handlers=says, budget=self._spent("stops"))
        if budget.retries:
            for parked in self.folded.parked_at:
                again = (RETRIED, (("retry", parked), 0), parked)
                self._put(
                    f"retry of @{parked}",
                    True,
                    log=(*self.log, again),
                    budget=self._spent("retries"),
                )
        if self.model.reacts:
            self._gateway_reacts()

    def _gateway_reacts(self) -> None:
        for at, (kind, _, _) in enumerate(self.log):
            slot = ("typing", at) if "names" in self.rules else ("turn", self.folded.ended)
            if kind == MESSAGE and all(id_ != (slot, 0) for _, id_, _ in self.log):
                log = (*self.log, (TYPING, (slot, 0), None))
                self._put(f"the gateway reacts to {self._name(at)} too", False, log=log)

    def _deliveries(self) -> None:
        alive = {one[0] for one in self.handlers}
        for at, one in enumerate(self.bus):
            if one is None:
                continue
            where, count = one
            name = self._name(at)
            if where == QUEUED and len(self.handlers) < self.model.handlers:
                self._deliver(at, count, name)
            if where == QUEUED and self.budget.losses:
                lost = self._delivery(at, LOST, count)
                self._put(f"the bus loses {name}", True, bus=lost, budget=self._spent("losses"))
            may_again = count < self.model.most or "parkself" in self.rules
            if where == HELD and self.budget.redeliveries and may_again:
                self._put(
                    f"the ack wait of {name} expires, its handler lives",
                    True,
                    bus=self._delivery(at, QUEUED, count),
                    budget=self._spent("redeliveries"),
                )
            if where == ACKED and self.budget.redeliveries and not self.model.reduce:
                self._put(
                    f"{name} is published again",
                    True,
                    bus=self._delivery(at, QUEUED, 0),
                    budget=self._spent("redeliveries"),
                )
            stands = self.folded.driver == at and at not in alive
            if {"watch", "driver"} <= self.rules and stands and where in {ACKED, LOST}:
                again = self._delivery(at, QUEUED, 0)
                self._put(f"the watchdog publishes {name}", False, bus=again)

    def _deliver(self, at: int, count: int, name: str) -> None:
        if count < self.model.most:
            self._put(
                f"deliver {name} #{count + 1}",
                False,
                bus=self._delivery(at, HELD, count + 1),
                handlers=(*self.handlers, (at, "load")),
            )
        elif "parkself" in self.rules:
            self._put(
                f"deliver {name} over the limit: park",
                False,
                bus=self._delivery(at, HELD, count),
                handlers=(*self.handlers, (at, "park")),
            )

    def _tools(self) -> None:
        for at, (kind, call, _) in enumerate(self.log):
            one = self.bus[at]
            if kind != REQUESTED or one is None:
                continue
            if any(told == FINISHED and data == call for told, _, data in self.log):
                continue
            finishes = (*self.log, (FINISHED, (("outcome", call), 0), call))
            if not one[1]:
                self._put(f"the tool @{at} finishes", False, log=finishes)
                if self.budget.toolless:
                    self._put(
                        f"the tool @{at} is gone",
                        True,
                        bus=self._delivery(at, AT_TOOLS, 1),
                        budget=self._spent("toolless"),
                    )
            elif "deadline" in self.rules:
                self._put(
                    f"the deadline fails the tool @{at}",
                    False,
                    log=finishes,
                    bus=self._delivery(at, AT_TOOLS, 0),
                )

    def _handler(self, handler: Any, rest: Any) -> None:
        at, where = handler[:2]
        me = "stop" if at < 0 else f"h({self._name(at)})"
        gone = self.bus

        def go(label: str, *now: Any, **changes: Any) -> None:
            self._put(f"{me} {label}", False, handlers=(*rest, (at, *now)), **changes)

        if at >= 0:
            held, count = self.bus[at]  # pyright: ignore[reportGeneralTypeIssues]
            if held == HELD and all(one[0] != at for one in rest):
                is_last = count >= self.model.most and "parkself" not in self.rules
                gone = self._delivery(at, LOST if is_last else QUEUED, count)
            if self.budget.crashes:
                self._put(
                    f"{me} is killed at {where}",
                    True,
                    handlers=rest,
                    bus=gone,
                    budget=self._spent("crashes"),
                )
        if where == "load" and self.budget.parks:
            self._put(
                f"{me} is told to park",
                True,
                handlers=(*rest, (at, "park")),
                budget=self._spent("parks"),
            )
        match where:
            case "ack":
                held, count = self.bus[at]
                bus = self._delivery(at, ACKED, count) if held in {HELD, QUEUED} else self.bus
                self._put(f"{me} acks", False, handlers=rest, bus=bus)
            case "stop" | "stops":
                self._stop(handler, rest, go)
            case "park" | "parks":
                self._park(handler, rest, go)
            case "load":
                self._load(at, go)
            case "open":
                self._append(go, "opens the turn", ("turn", handler[2]), [(STARTED, at)])
            case _:
                self._answer(handler, rest, gone, go)

    def _append(self, go: Any, label: str, slot: Any, batch: Any, then: str = "load") -> None:
        log = append(self.log, slot, batch, self.rules)
        go(label if len(log) > len(self.log) else "finds the slot taken", then, log=log)

    def _stop(self, handler: Any, rest: Any, go: Any) -> None:
        """In two moves, so that the second may be stale."""
        turn = handler[2]
        if handler[1] == "stop":
            if self.folded.turn != turn:
                self._put("stop finds its turn ended", False, handlers=rest)
            else:
                go("reads", "stops", turn, self.folded.step)
            return
        slot = ("step", turn, handler[3]) if "stopslot" in self.rules else ("stop", turn)
        log = append(self.log, slot, [(STOPPED, None)], self.rules)
        stopped = len(log) > len(self.log)
        left = rest if stopped else (*rest, (-1, "stop", turn))
        self._put(
            "stop ends the turn" if stopped else "stop reads again", False, log=log, handlers=left
        )

    def _park(self, handler: Any, rest: Any, go: Any) -> None:
        at, where = handler[:2]
        if where == "parks":
            self._append(go, "parks", handler[2], [(PARKED, None)], "park")
        elif "parkslot" not in self.rules:
            bus = self._delivery(at, GIVEN_UP, self.bus[at][1])
            self._put(f"h@{at} writes the dead letter only", False, handlers=rest, bus=bus)
        elif self.folded.driver != at:
            go("parks nothing", "ack")
        else:
            go("reads", "parks", self._slot(at))

    def _slot(self, at: int) -> Any:
        folded = self.folded
        if folded.turn is not None:
            return ("step", folded.turn, folded.step)
        return ("turn", folded.ended if "turnno" in self.rules else at)

    def _load(self, at: int, go: Any) -> None:
        folded = self.folded
        if "driver" in self.rules:
            is_mine = folded.driver == at
        else:  # whoever is delivered makes whatever move is open
            is_mine = not folded.waiting if folded.turn is not None else bool(folded.pending)
        if not is_mine:
            go("not my move", "ack")
        elif folded.turn is None:
            go("reads", "open", self._slot(at)[1])
        else:
            for answer in self._answers():
                go(f"asks step {folded.step}: {answer}", "answer", folded.turn, folded.step, answer)

    def _answers(self) -> list[str]:
        """At the last step no call is offered; a turn gives way to what it was shown."""
        folded = self.folded
        offered = [one for one in self.model.answers if one not in CALLS]
        if folded.step < self.model.last_step:
            offered = list(self.model.answers)
        is_shown = folded.pending or "news" not in self.rules
        return [one for one in offered if one != "give way" or is_shown]

    def _answer(self, handler: Any, rest: Any, gone: Any, go: Any) -> None:
        where, turn, step, answer = handler[1:5]
        covers_poison = self.model.poison in self.folded.covers and self.folded.turn == turn
        if covers_poison:
            self._put(f"h@{handler[0]} is killed by its content", False, handlers=rest, bus=gone)
            return
        is_own = answer.startswith("own")
        if is_own and "inbatch" not in self.rules and where == "answer":
            noted = append(self.log, ("note", turn, step), [(NOTED, (turn, step))], self.rules)
            go("writes first", "written", turn, step, answer, log=noted)
            return
        slot = ("step", turn, step)
        if answer == "give way" and "wayslot" not in self.rules:
            self._append(go, "gives way", ("way", turn), [(SUPERSEDED, answer)])
        else:
            self._append(go, f"records {answer}", slot, self._batch(answer, turn, step))

    def _batch(self, answer: str, turn: int, step: int) -> list[tuple[str, Any]]:
        slot, asked, ready = ("step", turn, step), (ANSWERED, answer), (READY, answer)
        own, others = (REQUESTED, (answer, "own")), (REQUESTED, (answer, "tools"))
        done: list[tuple[str, Any]] = [(FINISHED, (slot, 1))]
        if "inbatch" in self.rules:
            done.append((NOTED, (turn, step)))
        match answer:
            case "reply":
                return [asked, ready]
            case "tools":
                return [asked, others, others]
            case "own":
                return [asked, own, *done]
            case "own and reply":
                return [asked, own, *done, ready]
            case "own and tool and reply":
                told = [asked, own, others, *done]
                return told if "beside" in self.rules else [*told, ready]
            case _:
                return [asked, (SUPERSEDED, answer)]


def _reloaded(handler: Any, taken: set[Any]) -> Any:
    """Its slot is taken, for ever: what it would append is a reload."""
    if handler[0] < 0:
        return handler
    match handler[1]:
        case "open" if ("turn", handler[2]) in taken:
            return (handler[0], "load")
        case "parks" if handler[2] in taken:
            return (handler[0], "park")
        case "answer" | "written" if ("step", handler[2], handler[3]) in taken:
            return (handler[0], "load")
        case _:
            return handler
