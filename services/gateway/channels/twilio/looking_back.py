"""What `taskflow backfill` does: as the gateway does it by itself, once and from a moment on."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.channels.heard import StatusNotes
from services.gateway.channels.intake import Intake
from services.gateway.channels.twilio.backfill import Backfill
from services.gateway.channels.twilio.sweeping import Sweeping
from services.gateway.channels.twilio.twilio import Twilio
from services.gateway.settings import GatewaySettings
from taskflow.cli.operator import OfTheHouse, operator
from taskflow.log.snapshots import Folds


@dataclass(frozen=True, slots=True)
class LookedBack:
    messages: int
    """That never reached us."""
    refusals: int
    """Of replies, whose callbacks never did."""


async def look_back(since: datetime) -> LookedBack:
    """Beside a gateway that runs, too. Raises Retryable, Configuration."""
    settings = GatewaySettings.load(_env_file=OfTheHouse.env_files())
    async with operator() as me:
        twilio = Twilio(settings)
        folds = Folds(me.log, None)
        heard = StatusNotes(me.log, folds)
        try:
            intake = Intake(me.log, me.vault, folds)
            backfill = Backfill(twilio, intake, me.pool, settings.taskflow_webhook_seconds)
            messages = await backfill.once(since)
            refusals = await Sweeping(twilio, me.vault, heard).once(since)
        finally:
            await twilio.close()
    return LookedBack(messages, refusals)
