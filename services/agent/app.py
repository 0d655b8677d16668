"""Wires the agent; nothing is wired elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.agent.asking.gemini import Gemini
from services.agent.decider import FOLD
from services.agent.effects import Effects
from services.agent.handlers import subscribe
from services.agent.memory.search_history import HistoryTable, HistoryTools, HistoryWords
from services.agent.settings import AgentSettings
from taskflow.forgetting.erasure import Forgetting
from taskflow.process.service import Runtime, run
from taskflow.process.watchdog import Moves
from taskflow.tooling import keep_offered


@asynccontextmanager
async def agent(runtime: Runtime, settings: AgentSettings) -> AsyncGenerator[None]:
    gemini = Gemini(settings)
    forgetting = Forgetting(runtime.pool, runtime.vault, runtime.log)
    effects = Effects(runtime.log, gemini, destroyer=forgetting)
    quiet = timedelta(seconds=settings.agent_quiet_seconds)
    index = runtime.project(HistoryWords(runtime.log, runtime.vault))
    table = HistoryTable(runtime.pool)
    tools = HistoryTools(table, runtime.vault, runtime.log, index).all()
    subscribe(runtime, effects, tools, quiet=quiet, workers=settings.agent_workers)
    runtime.background(keep_offered(runtime.log, runtime.service, tools), "offer")
    runtime.project(Moves("agent", FOLD, lambda state: state.driver, runtime.folds))
    try:
        yield
    finally:
        await gemini.close()


def main() -> None:
    settings = AgentSettings.load()
    run("agent", settings, lambda runtime: agent(runtime, settings))
