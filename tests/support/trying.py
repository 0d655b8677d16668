"""Tools tried on the agent's own code: a conversation with a model that is told what to call."""

from collections.abc import Sequence
from typing import Any

from contracts import streams
from contracts.conversation import ReplyReady
from contracts.event import Json
from contracts.recorded import Recorded
from contracts.streams import UserId
from contracts.tools import ToolFinished, ToolRequested
from taskflow.tooling import Call, Refused, Tool
from tests.support.golden_house import House, clocked, named, says
from tests.support.memory_log import MemoryLog
from tests.support.quiet import quiet
from tests.support.spoken import spoken

USER = UserId(named("somebody who tries a tool"))
STREAM = streams.conversation(USER)


class Trial:
    """One user, the agent, and the tools of one service."""

    def __init__(self, tools: Sequence[Tool[Any]], log: MemoryLog | None = None) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._house = House(log or MemoryLog(), tools=list(tools))

    async def says(self, text: str, *answers: str | tuple[str, Json]) -> str:
        """The reply to this message, where the model answers so: in words, or with a call."""
        with quiet(), clocked(self._house):
            await self._house.offer()
            await self._house.hears(USER, text)
            told = [says(one) if isinstance(one, str) else says(None, one) for one in answers]
            await self._house.answers(USER, *told)
            await self._house.sends(USER)
        return spoken(self._of(ReplyReady)[-1].event.text)

    async def takes_back(self, tool: str) -> Json | str:
        """What the tool named by `undone_by` makes of the newest result of this one."""
        done = [one for one in self._of(ToolFinished) if one.event.tool == tool][-1].event
        undo = self._tools[tool].undone_by
        assert undo is not None, f"{tool} does not say how it is undone"
        arguments = undo.arguments(done.result)
        assert arguments is not None, f"its result has nothing at {undo.path!r}: {done.result}"
        other = self._tools[undo.tool]
        request = next(one for one in self._of(ToolRequested) if one.event_id == done.call)
        try:
            call = Call(request, USER)
            return (await other.run(other.arguments.model_validate(arguments), call)).result
        except Refused as refused:
            return str(refused)

    def _of(self, kind: type[Any]) -> list[Recorded[Any]]:
        return [one for one in self._house.log.stream(STREAM) if isinstance(one.event, kind)]
