"""The `taskflow` command; each subcommand imports what it needs only when it runs."""

import asyncio
import contextlib
import sys
from importlib.metadata import entry_points
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Annotated

import typer

from taskflow.cli.families import Families
from taskflow.cli.house import backfill, log_commands, metrics
from taskflow.cli.output import echo, warn
from taskflow.errors import Configuration, TaskFlowError

OURS = ("contracts", "taskflow", "services", "simulators")


app = typer.Typer(
    cls=Families,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TaskFlow: a WhatsApp assistant that gets tasks done.",
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Open = Annotated[bool, typer.Option("--open", help="Uncover personal text.")]
At = Annotated[
    str | None,
    typer.Option(help='As of then: 2026-11-24T15:00+01:00, "2026-11-24 15:00", "10m ago".'),
]


def _tell_version(wanted: bool) -> None:
    if wanted:
        echo(f"taskflow {package_version('taskflow')}")
        raise typer.Exit


log_commands.offer(app)
app.command()(metrics.metrics)
app.command()(backfill.backfill)


@app.callback()
def _common(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback has told it
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell it.")
    ] = False,
) -> None:
    """Runs before each subcommand, which may have this process to itself."""
    if ctx.obj:
        ctx.obj()


def _quiet_logs() -> None:
    """Standard output is for what was asked; a service sets up its own logs."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@app.command()
def up() -> None:
    """Start everything on this machine; Ctrl-C stops all of it."""
    from taskflow.cli.house.up import up as start

    start()


@app.command()
def run(
    service: Annotated[str, typer.Argument(help="gateway, agent, tools, scheduler ...")],
) -> None:
    """Run one service until SIGTERM or Ctrl-C."""
    known = {entry.name: entry for entry in entry_points(group="taskflow.services")}
    if service not in known:
        raise Configuration(f"there is no service {service!r}; there are {', '.join(known)}")
    known[service].load()()


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from taskflow.cli.house.operate import migrate_database

    asyncio.run(migrate_database())


@app.command()
def failpoints() -> None:
    """List the places where TASKFLOW_FAILPOINTS can break a process."""
    from taskflow.failpoints import POINTS

    for point in POINTS:
        echo(f"{point.name + '.before':<26} {point.name + '.after':<26} {point.what}")


@app.command()
def provision(
    replicas: Annotated[
        int | None, typer.Option(min=1, max=5, help="Servers that hold the stream.")
    ] = None,
    every: Annotated[
        float | None, typer.Option(min=1, help="Again and again, after so many seconds.")
    ] = None,
) -> None:
    """Create or update the bus's streams and consumers."""
    from taskflow.cli.house.operate import provision_bus

    asyncio.run(provision_bus(replicas, every))


@app.command()
def show(
    stream: Annotated[str, typer.Argument(help="A stream, a user's id, or their number.")],
    *,
    at: At = None,
    version: Annotated[int | None, typer.Option(help="As of this version of the stream.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="What each event changed.")] = False,
    open_: Open = False,
    json: Json = False,
) -> None:
    """A stream's history, readable, and what its owners held: now, or as of a moment.

    Example: taskflow show +15551230001 --at "10m ago" --diff --open
    """
    from taskflow.cli.past.reading import show_stream

    showing = show_stream(stream, at=at, version=version, diff=diff, open_=open_, json=json)
    asyncio.run(showing)


@app.command()
def chat(
    name: Annotated[str, typer.Argument(help="As whom; each name is a person of its own.")] = "me",
) -> None:
    """Talk with a running house in this terminal; /quit or the end of input ends it.

    Example: taskflow chat ada
    """
    from taskflow.cli.people.chat import talk

    talk(name)


@app.command()
def takeover(
    user: Annotated[str, typer.Argument(help="A user's id or number.")],
    say: Annotated[str | None, typer.Option(help="One line; then it ends.")] = None,
    by: Annotated[str | None, typer.Option(help="Your name; else that of your login.")] = None,
) -> None:
    """Speak with a person instead of the bot, until it is handed back.

    Example: taskflow takeover +15551230001
    """
    from taskflow.cli.people.takeover import login, take_over

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(take_over(user, login() if by is None else by, say))


@app.command()
def hand_back(
    user: Annotated[str, typer.Argument(help="A user's id or number.")],
) -> None:
    """Let the bot speak with a person again, whoever took the conversation over.

    Example: taskflow hand-back +15551230001
    """
    from taskflow.cli.people.takeover import hand_back as give_back

    asyncio.run(give_back(user))


@app.command()
def user(
    user: Annotated[str, typer.Argument(help="A user's id or number.")],
    at: At = None,
    open_: Open = False,
    json: Json = False,
) -> None:
    """A whole user, now or as of a moment: profile, conversation, reminders, watches, open calls.

    Example: taskflow user +15551230001 --at "2026-11-24 15:00" --open
    """
    from taskflow.cli.past.time_travel import show_user

    asyncio.run(show_user(user, at=at, open_=open_, json=json))


@app.command()
def why(
    reply: Annotated[
        str, typer.Argument(help="A reply's id or its beginning, its MessageSid, or its user.")
    ],
    open_: Open = False,
    json: Json = False,
) -> None:
    """Why a reply was sent: its causes, back to the message that it began with.

    Example: taskflow why +15551230001 --open
    """
    from taskflow.cli.past.why import tell_why

    asyncio.run(tell_why(reply, open_=open_, json=json))


@app.command()
def trace(
    of: Annotated[
        str, typer.Argument(help="A reply, MessageSid, event, trace id, or a user's last turn.")
    ],
    log: Annotated[bool, typer.Option("--log", help="Even where there is a Jaeger.")] = False,
    json: Json = False,
) -> None:
    """The waterfall of a turn: from Jaeger where there is one, else from the log.

    Example: taskflow trace +15551230001
    """
    from taskflow.cli.past.trace import tell_trace

    asyncio.run(tell_trace(of, from_log=log, json=json))


@app.command()
def export(
    user: Annotated[str, typer.Argument(help="A user's id or number.")],
    into: Annotated[str | None, typer.Option(help="A file to write; else standard output.")] = None,
    json: Annotated[bool, typer.Option("--json", help="In one line.")] = False,
) -> None:
    """All that is known of a user, as one JSON object. Their texts stand open in it.

    Example: taskflow export +15551230001 --into export.json
    """
    from taskflow.cli.people.export import export_user

    asyncio.run(export_user(user, into=into, one_line=json))


@app.command()
def tail(
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="message.received, or a family: reply.*")
    ] = None,
    user: Annotated[str | None, typer.Option(help="A user's id or number.")] = None,
    count: Annotated[int | None, typer.Option(help="Stop after so many.")] = None,
    open_: Open = False,
    json: Json = False,
) -> None:
    """Events as they are committed.

    Example: taskflow tail --type "reply.*" --open
    """
    from taskflow.cli.past.reading import tail_log

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(tail_log(types=type_ or [], user=user, open_=open_, json=json, count=count))


@app.command()
def doctor(json: Json = False) -> None:
    """Check each dependency and say what to do."""
    from taskflow.cli.house.doctor import examine

    if not asyncio.run(examine(json=json)):
        raise typer.Exit(1)


@app.command()
def connect(
    *,
    to: Annotated[
        str | None, typer.Option(help="Send a message to this number, and see it delivered.")
    ] = None,
    set_webhook: Annotated[
        bool, typer.Option("--set-webhook", help="Set the registered sender's at Twilio.")
    ] = False,
    tunnel: Annotated[
        bool, typer.Option("--tunnel", help="Open one by cloudflared or ngrok, while this runs.")
    ] = False,
    json: Json = False,
) -> None:
    """Check the way between Twilio and the gateway; exit code 0 only when all of it holds.

    Example: taskflow connect --set-webhook --to +15551230001
    """
    from taskflow.cli.connecting.connect import connect as examine

    if not examine(to, set_webhook=set_webhook, with_tunnel=tunnel, json=json):
        raise typer.Exit(1)


@app.command()
def archive(
    before: Annotated[str, typer.Option(help='A time as for --at, "90d ago", or a position.')],
    *,
    into: Annotated[Path | None, typer.Option(help="Else TASKFLOW_ARCHIVE.")] = None,
    close: Annotated[bool, typer.Option("--close", help="End the newest partition first.")] = False,
    grace: Annotated[float, typer.Option(help="Seconds until running services know.")] = 30.0,
    json: Json = False,
) -> None:
    """Move whole old partitions of the log into Parquet files; replay reads them from there.

    Example: taskflow archive --before "90d ago"
    """
    from taskflow.cli.past.archive import archive as move

    asyncio.run(move(before, into, close=close, json=json, grace=grace))


@app.command()
def verify_log(
    stream: Annotated[str | None, typer.Option(help="Only this stream.")] = None,
    head: Annotated[str | None, typer.Option(help="What an earlier run printed.")] = None,
    json: Json = False,
) -> None:
    """Recompute every hash chain; name each row that was changed, removed or inserted.

    Example: taskflow verify-log
    """
    from taskflow.cli.past.verify_log import verify_log as verify

    if not asyncio.run(verify(stream=stream, since=head, json=json)):
        raise typer.Exit(1)


@app.command()
def browser() -> None:
    """Set up a Chromium, for pages whose price is made by scripts."""
    from taskflow.up.chromium import main as set_up

    set_up()


@app.command()
def forget(
    user: Annotated[
        str, typer.Argument(help="A user's id or number; with --again, a file of ids.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="After a restore: whoever was forgotten since, by the bus."),
    ] = False,
    json: Json = False,
) -> None:
    """Destroy all that is a user's; what is left of them in the log can never be read again.

    Example: taskflow forget +15551230001
    """
    from taskflow.cli.people.forgetting import forget_user
    from taskflow.cli.people.forgetting_again import forget_again

    if again:
        asyncio.run(forget_again(Path(user) if user else None))
        return
    if not user:
        raise typer.BadParameter("whom? Give an id or a number")
    asyncio.run(forget_user(user, yes=yes, json=json))


@app.command("rewrap-keys")
def rewrap_keys() -> None:
    """Have the present master key open everybody's; a step of rotating it (docs/security.md).

    Example: taskflow rewrap-keys
    """
    from taskflow.cli.people.rewrapping import rewrap_keys

    asyncio.run(rewrap_keys())


@app.command()
def asyncapi(
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is stale.")] = False,
) -> None:
    """Write docs/asyncapi.yaml from the contracts."""
    from taskflow.cli.house.asyncapi import check_document, write_document

    (check_document if check else write_document)()


def main() -> None:
    """Expected faults are one clear line and exit code 1."""
    try:
        app(obj=_quiet_logs)
    except TaskFlowError as error:
        _give_up(str(error))
    except ImportError as error:
        if (error.name or "").partition(".")[0] in {"", *OURS}:
            raise
        _give_up(f"this installation has not the extra that this needs: {error.msg}")


def _give_up(why: str) -> None:
    warn(f"taskflow: {why}", typer.colors.RED)
    sys.exit(1)


if __name__ == "__main__":
    main()
