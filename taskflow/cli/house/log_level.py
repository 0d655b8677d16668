"""`taskflow log-level`: what running services say on their consoles, changed while they run."""

from importlib.metadata import entry_points
from typing import cast, get_args

import nats.errors
from nats.aio.client import Client
from rich.table import Table

from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import OperatorSettings, bus
from taskflow.cli.output import echo_json
from taskflow.cli.times import span
from taskflow.errors import Configuration
from taskflow.telemetry.levels import LONGEST_SECONDS, SUBJECT, Level, LevelChange, ServiceLevel

LEVELS: tuple[str, ...] = get_args(Level)
FIRST_SECONDS = 1.0
NEXT_SECONDS = 0.3
"""Instances answer at the same time: whoever is so much later than another is not there."""
_DEAF = "simulators"
"""Not on the bus."""


async def change_level(words: list[str], lasts: str | None, *, json: bool) -> None:
    """Raises Configuration for what is unknown, and where nobody answers."""
    change = understood(words, lasts)
    try:
        async with bus(OperatorSettings.load().nats_url) as client:
            service_levels = await ask(client, change)
    except nats.errors.Error as error:
        raise Configuration(f"NATS went away ({type(error).__name__}); ask again") from error
    if not service_levels:
        whom = f"no running {change.service}" if change.service else "no running service"
        raise Configuration(f"{whom} answered; is it running, and on this NATS?")
    if json:
        for service_level in service_levels:
            echo_json(service_level.model_dump(mode="json"))
    else:
        SafeConsole().print(_table(service_levels))


async def ask(client: Client, change: LevelChange) -> list[ServiceLevel]:
    """What each running instance that it is meant for says; takes a second where some are silent.

    Raises nats.errors.Error where NATS goes away meanwhile.
    """
    inbox = client.new_inbox()
    answers = await client.subscribe(inbox)
    await client.publish(SUBJECT, change.model_dump_json().encode(), reply=inbox)
    service_levels: list[ServiceLevel] = []
    try:
        while True:
            message = await answers.next_msg(NEXT_SECONDS if service_levels else FIRST_SECONDS)
            if (message.headers or {}).get("Status") == "503":  # nobody is subscribed
                return service_levels
            service_levels.append(ServiceLevel.model_validate_json(message.data))
    except nats.errors.TimeoutError:
        return sorted(
            service_levels,
            key=lambda service_level: (service_level.service, service_level.instance),
        )
    finally:
        await answers.unsubscribe()


def understood(words: list[str], lasts: str | None) -> LevelChange:
    """`[service] [LEVEL]`, in this order; neither only asks. Raises Configuration."""
    services = [
        point.name for point in entry_points(group="taskflow.services") if point.name != _DEAF
    ]
    *before, last = words or [""]
    level = last.upper() if last.upper() in LEVELS else None
    names = before if level else words
    if len(names) > 1 or (before and not level):
        raise Configuration(
            f"{' '.join(words)!r} is not [service] LEVEL; "
            f"services are {', '.join(services)}, levels {', '.join(LEVELS)}"
        )
    if names and names[0] not in services:
        either = "" if level else f" and no level ({', '.join(LEVELS)})"
        raise Configuration(f"{names[0]!r} is no service ({', '.join(services)}){either}")
    if lasts is not None and level is None:
        raise Configuration("--for wants a level to go back from, such as DEBUG --for 10m")
    seconds = span(lasts, "--for") if lasts is not None else None
    if seconds is not None and seconds > LONGEST_SECONDS:
        raise Configuration(f"--for is at most 7d, not {lasts!r}")
    return LevelChange(
        service=names[0] if names else None, level=cast("Level | None", level), seconds=seconds
    )


def _table(service_levels: list[ServiceLevel]) -> Table:
    table = Table("service", "instance", "level", "was", "until")
    for service_level in service_levels:
        until = (
            f"{service_level.until.astimezone():%H:%M:%S}, then {service_level.settled}"
            if service_level.until
            else ""
        )
        table.add_row(
            service_level.service,
            str(service_level.instance)[:8],
            service_level.level,
            service_level.was,
            until,
        )
    return table
