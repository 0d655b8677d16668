"""A model that says once more what it was recorded to say."""

from dataclasses import dataclass

from contracts.conversation import HistorySummarized, ModelAnswered, ModelFailed
from services.agent.asking import prompt, summaries
from services.agent.asking.gemini import Answer, ModelRefused, ModelUnavailable, Question


class NothingSaid(Exception):
    """Today's code asks the model where it was not asked then."""


@dataclass(slots=True)
class RecordedModel:
    """A model that says one thing; to a question for a summary, that one."""

    said: ModelAnswered | ModelFailed | None
    summary: HistorySummarized | None
    model: str

    async def ask(self, question: Question, *, within: float) -> Answer:
        del within
        if question.system == prompt.text(summaries.PROMPT):
            return self._summary()
        match self.said:
            case ModelAnswered() as answer:
                return Answer(
                    answer.content,
                    answer.finish_reason,
                    answer.usage,
                    answer.response_id,
                    answer.model,
                    answer.took_ms,
                )
            case ModelFailed(reason=reason, detail=detail, attempts=attempts):
                raise (ModelRefused if reason == "refused" else ModelUnavailable)(detail, attempts)
            case None:
                raise NothingSaid

    def _summary(self) -> Answer:
        if self.summary is None:
            raise ModelUnavailable("not recorded", 0)
        content = {"role": "model", "parts": [{"text": self.summary.text}]}
        return Answer(content, "STOP", self.summary.usage, None, self.summary.model, 0)
