"""`taskflow replay publish`: events of the past onto a stream of their own."""

from datetime import datetime
from uuid import UUID

from rich.progress import TextColumn, TimeRemainingColumn

from contracts.event import all_events
from contracts.recorded import Message
from taskflow import clock
from taskflow.cli.operator import Operator, bus, reader
from taskflow.cli.output import echo, echo_json
from taskflow.cli.progress import progress
from taskflow.cli.times import moment
from taskflow.errors import Configuration
from taskflow.replay.publish import WantedEvents, publish, speed_of
from taskflow.replay.run_stream import KEPT_SECONDS, Begun, RunStream

_COUNTED = "{task.fields[published]} published, {task.fields[rate]}/s"
_LAST = "select max(position) from events"


async def publish_log(
    *,
    run: str,
    since: str | None,
    until: str | None,
    types: list[str],
    user: str | None,
    speed: str,
    json: bool,
) -> None:
    """From where the run stands to the end of what is asked for."""
    factor = speed_of(speed)
    async with reader() as me, bus(me.settings.nats_url) as client:
        stream = RunStream(client, run)
        asked = await _asked(me, since, until, types, user)
        begun = await stream.begin(asked)
        _check_same(run, asked, begun)
        if not json:
            _tell_begin(run, begun)
        began = clock.monotonic()
        with progress(TextColumn(_COUNTED), TimeRemainingColumn()) as bar:
            task = bar.add_task(run, total=await me.pool.fetchval(_LAST) or 0, published=0, rate=0)

            def show_progress(message: Message, published: int) -> None:
                rate = published / max(clock.monotonic() - began, 1e-3)
                bar.update(task, completed=message.position, published=published, rate=round(rate))

            messages = me.log.follow_all(begun.cursor)
            count = await publish(messages, _wanted(begun), factor, stream.publish, show_progress)
        seconds = clock.monotonic() - began
    _tell_end(run, begun, count, seconds, json=json)


async def _asked(
    me: Operator, since: str | None, until: str | None, types: list[str], user: str | None
) -> dict[str, str]:
    """As it was asked, and as it was understood; kept with the run."""
    for type_ in types:
        _check_type(type_)
    return {
        "--from": since or "",
        "--to": until or "",
        "--type": " ".join(sorted(types)),
        "--user": str(await me.user_of(user)) if user else "",
        "since": moment(since, "--from").isoformat() if since else "",
        "until": moment(until, "--to").isoformat() if until else "",
    }


def _check_type(wanted: str) -> None:
    family = wanted.removesuffix(".*")
    known = sorted(all_events())
    if wanted not in known and not any(type_.startswith(f"{family}.") for type_ in known):
        raise Configuration(
            f"--type: there is no event {wanted!r}; there are {', '.join(known)}, "
            "and families such as reply.*"
        )


def _check_same(run: str, asked: dict[str, str], begun: Begun) -> None:
    for option, was in begun.asked.items():
        if option.startswith("--") and asked.get(option, "") != was:
            raise Configuration(
                f"run {run!r} was begun with {option} {was or '(nothing)'}; go on with the same, "
                "or give the run another name"
            )


def _wanted(begun: Begun) -> WantedEvents:
    asked = begun.asked
    since, until = asked.get("since"), asked.get("until")
    return WantedEvents(
        datetime.fromisoformat(since) if since else None,
        datetime.fromisoformat(until) if until else None,
        asked.get("--type", "").split(),
        UUID(asked["--user"]) if asked.get("--user") else None,
    )


def _tell_begin(run: str, begun: Begun) -> None:
    goes_on = f", goes on behind position {begun.cursor.position}" if begun.published else ""
    echo(
        f"run {run}: stream {begun.stream}, kept for {KEPT_SECONDS / 86_400:.0f} days{goes_on}",
        err=True,
    )


def _tell_end(run: str, begun: Begun, count: int, seconds: float, *, json: bool) -> None:
    rate = count / seconds if seconds else 0.0
    if json:
        summary = {
            "run": run,
            "stream": begun.stream,
            "kept_seconds": KEPT_SECONDS,
            "published": count,
            "before": begun.published,
            "seconds": round(seconds, 3),
            "rate": round(rate, 1),
        }
        echo_json(summary)
        return
    before = f", after {begun.published:,} before" if begun.published else ""
    echo(
        f"{count:,} events published to taskflow.replay.{run}.> in {seconds:.1f} s "
        f"({rate:,.0f}/s){before}"
    )
