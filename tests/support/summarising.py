"""A model that only sums up, by a script."""

from collections.abc import Callable

from contracts.conversation import Usage
from services.agent.asking.gemini import Answer, ModelUnavailable, Question
from tests.support.quoting import asks_the_witness, quoting, yes_or_no

MODEL = "gemini-3.8-flash"


def an_answer(text: str, finish: str = "STOP") -> Answer:
    return Answer(
        content={"role": "model", "parts": [{"text": text}]},
        finish_reason=finish,
        usage=Usage(total=7),
        response_id="r1",
        model=MODEL,
        took_ms=3,
    )


class Summarising:
    model = MODEL

    def __init__(self, answers: Callable[[Question], Answer | None]) -> None:
        self._answers = answers
        self.asked: list[Question] = []

    async def ask(self, question: Question, *, within: float) -> Answer:
        """None: the model is away."""
        assert 0 < within <= 30
        if asks_the_witness(question):
            return yes_or_no(asks=True)
        self.asked.append(question)
        found = self._answers(question)
        if found is None:
            raise ModelUnavailable("503", 3)
        return quoting(found, question)
