"""Wires the scheduler; nothing is wired elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from services.scheduler.due import DueReminders, OpenCalls
from services.scheduler.effects import Effects
from services.scheduler.handlers import subscribe
from services.scheduler.quiet.tool import QuietTool
from services.scheduler.reminding.following_up import FollowingUp
from services.scheduler.running import RunningTools
from services.scheduler.settings import SchedulerSettings
from services.scheduler.table import DueTable
from services.scheduler.tools import ReminderTools
from services.scheduler.waking.waking import Waking
from services.scheduler.watches import chart
from services.scheduler.watches.due import Watches
from services.scheduler.watches.effects import Watching
from services.scheduler.watches.listing import WatchListing
from services.scheduler.watches.looks import AskedLooks
from services.scheduler.watches.pages import PageIds
from services.scheduler.watches.table import WatchTable
from services.scheduler.watches.tools import Addresses, WatchTools
from taskflow.forgetting.shredding import Shredding
from taskflow.log import web_addresses
from taskflow.process.service import Runtime, keep_relaying, run
from taskflow.process.watchdog import Watchdog
from taskflow.tooling import keep_offered
from taskflow.usage.counting import Measuring
from taskflow.views import VIEWS

FOLLOWERS = (
    *("due-reminders", "open-calls", "watches", *(view.name for view in VIEWS)),
    *("relay", "measuring", "shredding"),
)
"""A connection to PostgreSQL each, beside the pool."""
VIEWS_GATHER_SECONDS = 0.5
"""People read them; no tool waits for them. See docs/adr/0016."""


@asynccontextmanager
async def scheduler(runtime: Runtime, settings: SchedulerSettings) -> AsyncGenerator[None]:
    table, pages = DueTable(runtime.pool), WatchTable(runtime.pool)
    due_reminders = runtime.project(DueReminders(runtime.folds))
    calls = runtime.project(OpenCalls())
    watches = runtime.project(Watches(settings.rhythm.shortest))
    for view in VIEWS:
        runtime.project(view(), gather=VIEWS_GATHER_SECONDS)
    reminders = ReminderTools(table, runtime.log, runtime.folds, due_reminders)
    listing = WatchListing(pages, table, runtime.log, runtime.folds)
    media = runtime.media()
    watching = WatchTools(
        listing,
        runtime.log,
        watches,
        Addresses(
            web_addresses.stands_in_conversation,
            web_addresses.canonical,
            PageIds(settings.master_keys[0]),
        ),
        media,
        draw=chart.draw,
        rhythm=settings.rhythm,
    )
    running = RunningTools(
        reminders.listing, listing, table, runtime.log, due_reminders, calls, watches
    )
    quiet = QuietTool(runtime.log)
    tools = [*reminders.all(), *watching.all(), *running.all(), quiet.tool()]
    subscribe(runtime, tools, workers=settings.scheduler_workers)
    effects = Effects(table, runtime.log, runtime.folds, settings.scheduler_claim)
    following = FollowingUp(table, runtime.log, runtime.folds, settings.scheduler_claim)
    waking = Waking(table, runtime.log, runtime.folds, settings.scheduler_claim)
    looking = Watching(
        pages,
        AskedLooks(runtime.client, runtime.vault),
        runtime.log,
        runtime.folds,
        rhythm=settings.rhythm,
        at_once=settings.scheduler_looks,
    )
    runtime.background(keep_offered(runtime.log, runtime.service, tools), "offer")
    runtime.background(effects.keep_firing(), "firing")
    runtime.background(following.keep_following_up(), "following up")
    runtime.background(waking.keep_waking(), "waking")
    runtime.background(effects.keep_failing_overdue(), "deadlines")
    runtime.background(looking.keep_looking(), "looking")
    runtime.background(keep_relaying(runtime), "relay")
    runtime.background(_watch(runtime), "watchdog")
    measuring = Measuring(runtime.settings.dsn, runtime.log, runtime.wakeups)
    runtime.background(measuring.run(), "measuring")
    runtime.background(media.keep_sweeping(), "media")
    runtime.background(Shredding(runtime.settings.dsn).run(), "shredding")
    yield


async def _watch(runtime: Runtime) -> None:
    client = await runtime.client
    await Watchdog(runtime.pool, runtime.log, client).run()


def main() -> None:
    settings = SchedulerSettings.load()
    run("scheduler", settings, lambda runtime: scheduler(runtime, settings))
