"""What the tools have answered in the current turn."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import JsonValue

from simulators.gemini.brain.toolbox import Skill, skill_of
from simulators.gemini.wire import Content, FunctionCall, GenerateRequest, JsonObject

# As a program may tell of a turn that is over: "- name {arguments}: {response}", a line each.
_TOLD = re.compile(r"^- (?P<name>[A-Za-z_][\w.:-]{0,63}) (?=\{)", re.MULTILINE)
_JSON = json.JSONDecoder()


REPLY = "reply"
"""Where it has a response, the words were not sent: nothing has come of it."""


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
        error = self.response.get("error")
        if error is None:
            return None
        if isinstance(error, dict):
            error = error.get("message", "")
        return str(error) or "the tool failed without saying why"

    @property
    def code(self) -> str | None:
        """What kind of failure it was."""
        code = self.response.get("code")
        return code if isinstance(code, str) else None

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
    current = request.contents[request.spoken_start() :]
    return [
        Outcome(call.name, call.args, response)
        for call, response in answered_calls(current)
        if call.name != REPLY
    ]


def answered_calls(contents: Sequence[Content]) -> Iterator[tuple[FunctionCall, JsonObject]]:
    """Each call with its response, in the order of the calls; also where a note tells of them."""
    for content in contents[:1]:
        yield from told_calls(content)
    for asked, answered in pairwise(contents):
        yield from told_calls(answered)
        responses = answered.responses()
        for call, response in zip(asked.calls(), responses, strict=False):
            by_id = next((r for r in responses if r.id and r.id == call.id), response)
            yield call, by_id.response


def told_calls(content: Content) -> Iterator[tuple[FunctionCall, JsonObject]]:
    """Calls of an earlier turn that a note tells of, with what they came to."""
    for note in content.notes():
        for line in _TOLD.finditer(note):
            try:
                args, end = _JSON.raw_decode(note, line.end())
                response, _ = _JSON.raw_decode(note, note.index("{", end))
            except ValueError:
                continue
            yield FunctionCall(name=line["name"], args=args), response


def calls_in(content: Content) -> list[FunctionCall]:
    return [*content.calls(), *(call for call, _ in told_calls(content))]
