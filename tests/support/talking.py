"""A conversation recorded turn by turn, as the agent does it: by its own rules, over any log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts import slots, streams
from contracts.conversation import RULES, MessageReceived, TurnStarted, Usage
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolFinished
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from services.agent.decider import FOLD, AskModel, next_move
from services.agent.effects import Effects
from services.agent.memory.memory import SummaryModel
from services.scheduler.tools import ReminderTools
from services.tools.searching import flights, web
from taskflow import clock, tooling
from taskflow.log.appending import Because, Write
from taskflow.log.deciding import Decide
from taskflow.log.event_log import Log
from tests.support.quoting import asks_the_witness, quoting, yes_or_no

Results = Mapping[str, Callable[[Json], Json]]
MODEL = "gemini-3.8-flash"
RESULTS: Results = {
    "search_web": lambda asked: {"summary": f"The web on {asked['query']}: 42."},
    "set_reminder": lambda asked: {
        "set": True,
        "text": asked["text"],
        "first": f"on {asked.get('date') or asked.get('day')}",
        "repeats": None,
        "zone": "Europe/Berlin",
        "zone_was_guessed_from_number": False,
    },
}


async def offered(log: Log) -> None:
    """The tools, as their services offer them; nothing stands behind them."""
    nobody: Any = None
    reminders = ReminderTools(nobody, nobody, nobody, nobody).all()
    await tooling.offer(log, "tools", [web.tool(nobody), flights.tool(nobody)])
    await tooling.offer(log, "scheduler", reminders)


@dataclass
class Talk:
    """One user's."""

    log: Log
    user: UserId
    model: SummaryModel
    results: Results = field(default_factory=lambda: RESULTS)
    sent: int = 0

    async def says(self, text: str, *, answered: bool = True) -> UUID:
        """The turn that took it up, and ended, unless nobody is to answer."""
        stream = streams.conversation(self.user)
        self.sent += 1
        sid = f"SM{self.user.hex}{self.sent}"
        message = MessageReceived(
            message_ref=sid, channel="whatsapp", kind="text", text=text, zone="Europe/Berlin"
        )
        first = await self.log.append([Write(stream, [message], self.user)], slots.message(sid))
        cause: Recorded = first.events[0]
        started = TurnStarted(number=self.sent - 1, rules=RULES)
        turn = await self._put(cause, Decide(slots.turn(stream, self.sent - 1), [started]))
        if answered:
            await self._drive(turn, cause)
        return turn.event_id

    async def _put(self, cause: Recorded, decision: Decide) -> Recorded:
        write = Write(cause.stream, decision.events, self.user)
        return (await self.log.append([write], decision.slot, Because.of(cause))).events[0]

    async def _drive(self, turn: Recorded, cause: Recorded) -> None:
        effects = Effects(self.log, self.model)
        while True:
            events = await self.log.read(turn.stream)
            state = FOLD.over(events)
            if state.turn != turn.event_id:
                return
            if state.waiting:
                for call in sorted(state.waiting):
                    await self._answer(call, cause)
                continue
            match next_move(state, clock.utc_now(), timedelta()):
                case AskModel() as asking:
                    await effects.ask_model(state, asking, cause, events[-1].version)
                case Decide() as decision:
                    await effects.record(decision, cause)

    async def _answer(self, call: UUID, cause: Recorded) -> None:
        request = await self.log.opened(await self.log.find(call))
        tool = request.event.tool
        result = self.results[tool](request.event.arguments)
        event = ToolFinished(call=call, tool=tool, result=result, took_ms=40)
        await self._put(cause, Decide(slots.outcome(call), [event]))


class Scripted:
    """A model by a function: of the question's last words, text or calls."""

    def __init__(self, answers: Callable[[str, int], Any], model: str = MODEL) -> None:
        self.model = model
        self._answers = answers
        self.asked: list[Question] = []

    async def ask(self, question: Question, *, within: float) -> Answer:
        """`None` from the function: the model is away. Calls name the user's words."""
        if asks_the_witness(question):
            return yes_or_no(asks=True)
        self.asked.append(question)
        said = [one for one in question.contents if "text" in one["parts"][-1]]
        last = max(at for at, one in enumerate(question.contents) if one in said[-1:])
        rounds = (len(question.contents) - 1 - last) // 2
        wanted = self._answers(said[-1]["parts"][-1]["text"], rounds)
        if wanted is None:
            raise ModelUnavailable("503 UNAVAILABLE", 3)
        parts = (
            [{"text": wanted}]
            if isinstance(wanted, str)
            else [{"functionCall": {"name": name, "args": args}} for name, args in wanted]
        )
        answer = Answer(
            content={"role": "model", "parts": parts},
            finish_reason="STOP",
            usage=Usage(input=1_000, output=100, thoughts=20, total=1_120),
            response_id=None,
            model=self.model,
            took_ms=500,
        )
        return quoting(answer, question)
