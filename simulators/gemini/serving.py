"""From a valid request to its answer: a script's if one waits, else the brain's."""

import asyncio
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from simulators.gemini import errors
from simulators.gemini.answers import Body, Decision, PlannedCall, body_of
from simulators.gemini.brain.answering import formed
from simulators.gemini.brain.outcomes import REPLY
from simulators.gemini.errors import GoogleError
from simulators.gemini.state import Answered, GeminiState, ModelCall, ScriptedAnswer, speakers
from simulators.gemini.tongues.interpreter import decide
from simulators.gemini.validation import check
from simulators.gemini.wire import GenerateRequest, Part
from simulators.phone.store import Phone
from taskflow.clock import utc_now


@dataclass(frozen=True)
class ServedCall:
    """Either a body of 200 or the whole response of an error."""

    body: Body | None = None
    error: Response | None = None

    def response(self) -> Response:
        return self.error or JSONResponse(self.body)


class ModelCalls:
    """Serves the model calls of one simulator."""

    def __init__(self, state: GeminiState, phone: Phone) -> None:
        self._state, self._phone = state, phone

    async def serve(self, request: GenerateRequest, model: str) -> ServedCall:
        """Raises `GoogleError` 400 for what Google would refuse."""
        try:
            check(request, model)
        except GoogleError as refusal:
            self._note(request, model, refusal.code, "refused")
            raise
        self._state.served += 1
        scripted = self._state.take(request.last_user_text(), self._phone)
        if scripted is None:
            decision = decide(request)
            body = body_of(decision, request, model)
            self._note(request, model, 200, _kind(decision), decision, body=body)
            return ServedCall(body)
        outcome = self._by_script(scripted, request, model)
        if scripted.delay_ms:
            await asyncio.sleep(scripted.delay_ms / 1000)
        return outcome

    def refuse(self, request: GenerateRequest, model: str, status: int) -> None:
        """Log a request that a fault turned away before the model saw it."""
        self._note(request, model, status, "error")

    def _by_script(
        self, script: ScriptedAnswer, request: GenerateRequest, model: str
    ) -> ServedCall:
        if script.status is not None:
            self._note(request, model, script.status, "error", scripted=True)
            error = errors.of_status(
                script.status, body=script.body, retry_after_s=script.retry_delay_s
            )
            return ServedCall(error=error)
        if script.response is not None:
            raw: Body = dict(script.response)
            self._note(request, model, 200, "raw", scripted=True, body=raw)
            return ServedCall(raw)
        decision = Decision(
            text=script.text,
            calls=tuple(PlannedCall(call.name, call.args) for call in script.calls),
            finish_reason=script.finish_reason or "STOP",
        )
        decision = formed(decision, request)
        body = body_of(decision, request, model, nonce=str(self._state.served))
        self._note(request, model, 200, _kind(decision), decision, scripted=True, body=body)
        return ServedCall(body)

    def _note(
        self,
        request: GenerateRequest,
        model: str,
        status: int,
        answered: Answered,
        decision: Decision | None = None,
        *,
        scripted: bool = False,
        body: Body | None = None,
    ) -> None:
        text = request.last_user_text()
        speaking = speakers(text, self._phone)
        response_id = body.get("responseId") if body else None
        self._state.shown.append(_without_bytes(request).model_dump_json(exclude_none=True))
        self._state.log.append(
            ModelCall(
                at=utc_now().isoformat(),
                model=model,
                user=speaking[0] if speaking else None,
                last_user_text=text,
                step=request.rounds_of_results(),
                status=status,
                answer=answered,
                calls=_tools(decision) if decision else [],
                scripted=scripted,
                response_id=response_id if isinstance(response_id, str) else None,
            )
        )


def _without_bytes(request: GenerateRequest) -> GenerateRequest:
    """Of a file, which kind it was and how long: what is kept of requests stays small."""

    def shortened(part: Part) -> Part:
        blob = part.inline_data
        if blob is None:
            return part
        kept = blob.model_copy(update={"data": f"{len(blob.data)} characters"})
        return part.model_copy(update={"inline_data": kept})

    contents = [
        content.model_copy(update={"parts": [shortened(part) for part in content.parts]})
        for content in request.contents
    ]
    return request.model_copy(update={"contents": contents})


def _tools(decision: Decision) -> list[str]:
    return [call.name for call in decision.calls if call.name != REPLY]


def _kind(decision: Decision) -> Answered:
    """What was said by a call of `reply` is text."""
    if _tools(decision):
        return "calls"
    return "text" if decision.text or decision.calls else "empty"
