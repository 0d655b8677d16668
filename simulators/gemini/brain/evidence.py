"""The person's own words for a call that changes something, where its declaration wants them.

A model copies the sentence that asks; this one copies the messages that it read for the call.
"""

from simulators.gemini.answers import Decision, PlannedCall
from simulators.gemini.brain.memory import asked_about
from simulators.gemini.brain.schema import SAID
from simulators.gemini.wire import GenerateRequest, JsonObject

_MOST = 3
_LONGEST = 600
"""Characters of each; a longer one is left where a word ends."""


def with_words(decision: Decision, request: GenerateRequest) -> Decision:
    """The same calls; those that are asked to name the person's words name them."""
    if not decision.calls:
        return decision
    declared = request.declarations()
    wanting = {
        name
        for name, declaration in declared.items()
        if SAID in _properties(declaration.json_schema)
    }
    said = _said(request)
    calls = (
        PlannedCall(call.name, {**call.args, SAID: list(said)})
        if call.name in wanting and said
        else call
        for call in decision.calls
    )
    return Decision(decision.text, tuple(calls), decision.finish_reason)


def _said(request: GenerateRequest) -> list[str]:
    """This turn's messages; an answer to a question of ours goes with what it was asked about."""
    texts = [*asked_about(request), *request.turn_texts()]
    return [_cut(text) for text in texts[-_MOST:]]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0]


def _properties(schema: JsonObject) -> JsonObject:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}
