"""Whether a person's words ask for one action, when the request asks for nothing else.

It is asked with the words and the action as JSON, and without tools. What a request of this kind
looks like is told by its own shape: one text that is an object with messages and a call.
"""

from simulators.gemini.brain.confirming import answer_to
from simulators.gemini.brain.intents import read_intents
from simulators.gemini.brain.now import read_now
from simulators.gemini.brain.scene import Scene
from simulators.gemini.brain.skills import SKILL_OF_KIND
from simulators.gemini.brain.toolbox import skill_of
from simulators.gemini.wire import GenerateRequest

_NOT = ("don't", "do not", "never", "what does", "what is meant")
"""Before what is asked for, they turn a wish into none."""
_OFTEN_NEGATED = {"set_quiet_hours"}
"""Skills that are asked for by what is not to be done."""


def judged(request: GenerateRequest) -> bool | None:
    """None for a request that asks something else."""
    asked = _asked(request)
    if asked is None:
        return None
    messages, action = asked
    wanted = skill_of(action)
    said = [
        text
        for text in messages
        if answer_to([text]) is None and (wanted in _OFTEN_NEGATED or not _is_negated(text))
    ]
    intents = read_intents(said, Scene(read_now(request)))
    return any(SKILL_OF_KIND.get(intent.kind) == wanted for intent in intents)


def _is_negated(text: str) -> bool:
    plain = text.casefold().replace("\u2019", "'")
    return any(literal in plain for literal in _NOT)


def _asked(request: GenerateRequest) -> tuple[list[str], str] | None:
    question = request.only_object()
    if question is None:
        return None
    messages, call = question.get("messages"), question.get("call")
    if not isinstance(messages, list) or not isinstance(call, dict):
        return None
    action = call.get("action")
    return ([str(message) for message in messages], action) if isinstance(action, str) else None
