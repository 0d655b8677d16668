"""Every tool of the house and what it says of itself, without a service behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.tools import ToolOffered
from services.agent.exporting.own_data import OwnData
from services.agent.leaving import leaving
from services.agent.memory.fact_tools import FactTools
from services.agent.memory.search_history import HistoryTools
from services.scheduler.quiet.tool import QuietTool
from services.scheduler.running import RunningTools
from services.scheduler.tools import ReminderTools
from services.scheduler.watches.tools import WatchTools
from services.tools import registry
from taskflow.tooling import Tool

_NOBODY: Any = None
_OWNED: Mapping[str, Sequence[Tool[Any]]] = {
    "agent": [
        *HistoryTools(_NOBODY, _NOBODY, _NOBODY).all(),
        *FactTools(_NOBODY).all(),
        leaving.tool(),
        OwnData(_NOBODY, _NOBODY).tool(),
    ],
    "scheduler": [
        *ReminderTools(_NOBODY, _NOBODY, _NOBODY, _NOBODY).all(),
        *WatchTools(
            _NOBODY, _NOBODY, _NOBODY, _NOBODY, _NOBODY, draw=_NOBODY, rhythm=_NOBODY
        ).all(),
        *RunningTools(_NOBODY, _NOBODY, _NOBODY, _NOBODY).all(),
        QuietTool(_NOBODY).tool(),
    ],
    "tools": registry.tools(_NOBODY, _NOBODY, _NOBODY),
}
TOOLS = [tool for owned in _OWNED.values() for tool in owned]
SCHEDULER: Mapping[str, ToolOffered] = {
    tool.name: tool.offered("scheduler") for tool in _OWNED["scheduler"]
}
