"""What the tools have answered in the current turn."""

from dataclasses import dataclass

from pydantic import JsonValue

from simulators.gemini.brain.toolbox import Skill, skill_of
from simulators.gemini.wire import GenerateRequest, JsonObject


@dataclass(frozen=True)
class Outcome:
    """One call and its answer: {"result": …}, {"error": …}, or an object that is the result."""

    tool: str
    args: JsonObject
    response: JsonObject

    @property
    def skill(self) -> Skill | None:
        return skill_of(self.tool)

    @property
    def error(self) -> str | None:
        told = self.response.get("error")
        if told is None:
            return None
        if isinstance(told, dict):
            told = told.get("message", "")
        return str(told) or "the tool failed without saying why"

    @property
    def result(self) -> JsonValue:
        for key in ("result", "output"):
            if key in self.response:
                return self.response[key]
        return self.response

    def get(self, *names: str) -> JsonValue:
        """The first of these members of the result that says something."""
        if not isinstance(self.result, dict):
            return None
        return next((self.result[name] for name in names if self.result.get(name)), None)

    def items(self, *names: str) -> list[JsonObject]:
        """The objects of a list: the result itself, or the first of these members that is one."""
        listed = self.result if isinstance(self.result, list) else self.get(*names)
        if not isinstance(listed, list):
            return []
        return [item for item in listed if isinstance(item, dict)]


def outcomes_of(request: GenerateRequest) -> list[Outcome]:
    """In the order of the calls; only of the turn that is still open."""
    found: list[Outcome] = []
    contents = request.contents
    for index in range(request.spoken_start() + 1, len(contents)):
        responses = contents[index].responses()
        calls = contents[index - 1].calls()
        for call, response in zip(calls, responses, strict=False):
            by_id = next((r for r in responses if r.id and r.id == call.id), response)
            found.append(Outcome(call.name, call.args, by_id.response))
    return found
