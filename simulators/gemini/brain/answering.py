"""The form of an answer: words, or a call of `reply`, as the request's mode will have it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from simulators.gemini.answers import Decision, PlannedCall
from simulators.gemini.brain.outcomes import REPLY, outcomes_of
from simulators.gemini.brain.spots import place_found
from simulators.gemini.brain.toolbox import Skill
from simulators.gemini.wire import Content, GenerateRequest, JsonObject

_CHANGES: frozenset[Skill] = frozenset(
    {"set_reminder", "cancel_reminder", "watch_price", "stop_watch"}
)


def formed(decision: Decision, request: GenerateRequest) -> Decision:
    """Words go out as a call of `reply` where there is one; calls that may not be made do not."""
    config = request.tool_config.function_calling_config
    allowed = config.allowed_function_names
    if decision.calls:
        may = config.mode != "NONE" and all(
            not allowed or call.name in allowed for call in decision.calls
        )
        return decision if may else Decision(finish_reason="UNEXPECTED_TOOL_CALL")
    if decision.text is None or not _may_reply(request):
        is_text = decision.text is not None and config.mode == "ANY"
        return Decision(finish_reason="MALFORMED_FUNCTION_CALL") if is_text else decision
    arguments: JsonObject = {
        "text": decision.text,
        "language": "en",
        "says_done": [*done_in(request)],
    }
    taken = request.declarations()[REPLY].json_schema.get("properties")
    place = place_found(outcomes_of(request))
    if place and isinstance(taken, dict) and "place" in taken:
        arguments["place"] = place
    return replace(decision, text=None, calls=(PlannedCall(REPLY, arguments),))


def done_in(request: GenerateRequest) -> Iterator[str]:
    """Names of the tools that changed something in the open turn."""
    declared = request.declarations()
    for outcome in outcomes_of(request):
        tool = declared.get(outcome.tool)
        wants_words = tool is not None and "said" in str(tool.json_schema.get("properties"))
        if outcome.error is None and (wants_words or outcome.skill in _CHANGES):
            yield outcome.tool


def sent_back(request: GenerateRequest) -> list[str]:
    """Answers of this turn that were not sent: a note says so, or the reply's own response."""
    current = request.contents[request.spoken_start() + 1 :]
    return [
        text
        for said, after in pairwise(current)
        if said.role == "model"
        for text in _not_sent(said, after)
    ]


def _not_sent(said: Content, after: Content) -> Iterator[str]:
    if not said.calls() and after.notes():
        yield said.text()
    refused = {response.name for response in after.responses() if "error" in response.response}
    for call in said.calls():
        if call.name == REPLY and REPLY in refused:
            yield str(call.args.get("text"))


def _may_reply(request: GenerateRequest) -> bool:
    config = request.tool_config.function_calling_config
    allowed = config.allowed_function_names
    is_declared = REPLY in request.declarations() and (not allowed or REPLY in allowed)
    return is_declared and config.mode != "NONE"
