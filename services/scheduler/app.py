"""Wires the scheduler; nothing is wired elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from services.scheduler.due import DueReminders, OpenCalls
from services.scheduler.effects import Effects
from services.scheduler.handlers import subscribe
from services.scheduler.settings import SchedulerSettings
from services.scheduler.table import DueTable
from services.scheduler.tools import ReminderTools
from taskflow.service import Runtime, run
from taskflow.tooling import keep_offered
from taskflow.watchdog import Watchdog


@asynccontextmanager
async def scheduler(runtime: Runtime, settings: SchedulerSettings) -> AsyncGenerator[None]:
    table = DueTable(runtime.pool)
    due = runtime.project(DueReminders(runtime.folds))
    runtime.project(OpenCalls())
    tools = ReminderTools(table, runtime.log, runtime.folds, due).all()
    subscribe(runtime, tools, workers=settings.scheduler_workers)
    effects = Effects(table, runtime.log, runtime.folds, settings.scheduler_claim)
    runtime.background(keep_offered(runtime.log, runtime.service, tools), "offer")
    runtime.background(effects.keep_firing(), "firing")
    runtime.background(effects.keep_failing_overdue(), "deadlines")
    runtime.background(_watch(runtime), "watchdog")
    yield


async def _watch(runtime: Runtime) -> None:
    client = await runtime.client
    await Watchdog(runtime.pool, runtime.log, client).run()


def main() -> None:
    settings = SchedulerSettings.load()
    run("scheduler", settings, lambda runtime: scheduler(runtime, settings))
