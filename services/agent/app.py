"""Wires the agent; nothing is wired elsewhere."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.agent.asking.gemini import Gemini
from services.agent.asking.hearing import Hearing, Loading
from services.agent.asking.second_look import ModelLook
from services.agent.decider import FOLD
from services.agent.effects import Effects
from services.agent.exporting.gathering import Gathering
from services.agent.exporting.own_data import OwnData
from services.agent.handlers import subscribe
from services.agent.leaving import leaving
from services.agent.memory.fact_tools import FactTools
from services.agent.memory.profile import naming
from services.agent.memory.search_history import HistoryTable, HistoryTools, HistoryWords
from services.agent.settings import AgentSettings
from services.agent.takeover.idle import Idle, OpenTakeovers
from taskflow.forgetting.erasure import Forgetting
from taskflow.places import meaning
from taskflow.process.service import Runtime, run
from taskflow.process.watchdog import Moves
from taskflow.tooling import keep_offered

FOLLOWERS = ("history-words", "takeovers", "moves-agent")
"""A connection to PostgreSQL each, beside the pool."""


@asynccontextmanager
async def agent(runtime: Runtime, settings: AgentSettings) -> AsyncGenerator[None]:
    gemini = Gemini(settings)
    forgetting = Forgetting(runtime.pool, runtime.vault, runtime.log)
    look = ModelLook(gemini.named(settings.gemini_small_model)) if settings.truth_look else None
    media = runtime.media()
    loading = Loading(media)
    effects = Effects(
        runtime.log,
        gemini,
        destroyer=forgetting,
        answers=settings.model_answers,
        look=look,
        loading=loading,
    )
    quiet = timedelta(seconds=settings.agent_quiet_seconds)
    index = runtime.project(HistoryWords(runtime.log, runtime.vault))
    table = HistoryTable(runtime.pool)
    tools = [
        *HistoryTools(table, runtime.vault, runtime.log, index).all(),
        *FactTools(runtime.log).all(),
        leaving.tool(),
        OwnData(Gathering(runtime.log, runtime.vault), media).tool(),
    ]
    hearing = Hearing(runtime.log, gemini, loading)
    subscribe(runtime, effects, tools, hearing, quiet=quiet, workers=settings.agent_workers)
    # Read beside the loop, and before somebody says where they live.
    runtime.background(asyncio.to_thread(meaning.load), "places")
    runtime.background(asyncio.to_thread(naming.load), "names")
    runtime.background(keep_offered(runtime.log, runtime.service, tools), "offer")
    runtime.project(OpenTakeovers())
    idle = Idle(runtime.pool, runtime.log, runtime.folds)
    runtime.background(idle.keep_handing_back(), "takeovers")
    runtime.project(Moves("agent", FOLD, lambda state: state.driver, runtime.folds))
    try:
        yield
    finally:
        await gemini.close()


def main() -> None:
    settings = AgentSettings.load()
    run("agent", settings, lambda runtime: agent(runtime, settings))
