"""`taskflow dlq`: what was given up, and giving it back."""

import asyncio
import json as jsonlib
from typing import Annotated, Any

import typer
from rich.table import Table

from contracts import slots, streams
from contracts.conversation import ReplyReady, TurnParked, TurnRetried
from contracts.event import Event
from contracts.recorded import Recorded
from contracts.replies import ReplyParked
from contracts.takeover import ConversationTakenOver
from taskflow.bus import publishing
from taskflow.bus.dead_letters import DeadLetter
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import Operator, bus, operator
from taskflow.cli.output import echo, echo_document
from taskflow.errors import Configuration
from taskflow.foreign_text import for_terminal
from taskflow.log.appending import Because, Write
from taskflow.process.watchdog import event_message

app = typer.Typer(no_args_is_help=True, help="Dead letters: list, show, retry, drop.")
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for machines.")]
Id = Annotated[int, typer.Argument(help="A dead letter's number, from `taskflow dlq list`.")]


@app.command("list")
def list_letters(
    json: Json = False,
    all_: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
) -> None:
    """What is parked, oldest first."""
    asyncio.run(_list(json=json, settled=all_))


@app.command()
def show(id_: Id, json: Json = False) -> None:
    """One dead letter whole: its event, error, tries and trace."""
    asyncio.run(_show(id_, json=json))


@app.command()
def retry(id_: Id) -> None:
    """Give it back to the service that gave it up."""
    asyncio.run(_retry(id_))


@app.command()
def drop(id_: Id) -> None:
    """Settle it without another try; the event stays in the log."""
    asyncio.run(_drop(id_))


async def _list(*, json: bool, settled: bool) -> None:
    async with operator() as me:
        letters = await me.dead_letters.all(settled=settled)
    if json:
        for letter in letters:
            echo_document(_as_json(letter))
        return
    if not letters:
        echo("no dead letters")
        return
    table = Table("id", "at", "service", "event", "error", "tries", "settled")
    for letter in letters:
        table.add_row(
            str(letter.id),
            f"{letter.created_at.astimezone():%Y-%m-%d %H:%M:%S}",
            letter.service,
            letter.type or "(undecodable)",
            f"{letter.error_code}: {letter.error}",
            str(letter.attempts),
            letter.settled_by or "",
        )
    SafeConsole().print(table)


async def _one(me: Operator, id_: int) -> DeadLetter:
    found = await me.dead_letters.all(settled=True, id_=id_)
    if not found:
        raise Configuration(f"there is no dead letter {id_}; see `taskflow dlq list --all`")
    return found[0]


async def _show(id_: int, *, json: bool) -> None:
    async with operator() as me:
        letter = await _one(me, id_)
    if json:
        echo_document(_as_json(letter))
        return
    for name, value in _facts(letter).items():
        echo(f"{name:<12} {'' if value is None else for_terminal(str(value))}")


async def _retry(id_: int) -> None:
    async with operator() as me:
        letter = await _one(me, id_)
        if letter.settled_at:
            raise Configuration(f"dead letter {id_} was settled already, by {letter.settled_by}")
        said = await _give_back(me, letter)
        await me.dead_letters.settle(id_, "retry")
    echo(f"dead letter {id_}: {said}")


async def _give_back(me: Operator, letter: DeadLetter) -> str:
    """A parked turn or reply is decided anew; a row only is delivered again."""
    if letter.parked_by is None:
        message = await event_message(me.pool, letter.event_id) if letter.event_id else None
        if message is None:
            raise Configuration("it never was an event of ours; look at it, then drop it")
        async with bus(me.settings.nats_url) as client:
            await publishing.republish(client, message, f"dlq{letter.id}")
        return "its event is delivered again"
    parked = await me.log.find(letter.parked_by)
    assert parked is not None, "a dead letter names an event of the log"
    event = await _decided_anew(me, parked)
    write = Write(parked.stream, [event], streams.user_of(parked.stream))
    await me.log.append([write], slots.retry(parked.event_id), Because.of(parked))
    return f"{event.type} is in the log"


async def _decided_anew(me: Operator, parked: Recorded[Any]) -> Event:
    match parked.event:
        case TurnParked() as turn:
            return TurnRetried(parked=parked.event_id, messages=turn.messages)
        case ReplyParked() as given_up:
            reply = await me.log.find(given_up.reply)
            assert reply is not None, "a parked reply is an event of the log"
            ready: ReplyReady = (await me.log.opened(reply)).event
            since = await me.log.read(parked.stream, reply.version)
            taken = any(isinstance(recorded.event, ConversationTakenOver) for recorded in since)
            if taken and ready.kind in {"answer", "apology"}:
                raise Configuration(
                    "an operator has taken that conversation over since: what they said stands in "
                    "its place, and it is not said any more; drop it"
                )
            return ready.model_copy(update={"turn": None})
        case _:
            raise Configuration(
                "the conversation went on with this tool's failure; there is nothing to retry"
            )


async def _drop(id_: int) -> None:
    async with operator() as me:
        await _one(me, id_)
        if not await me.dead_letters.settle(id_, "drop"):
            raise Configuration(f"dead letter {id_} was settled already")
    echo(f"dead letter {id_} is dropped")


def _facts(letter: DeadLetter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in DeadLetter.__slots__}


def _as_json(letter: DeadLetter) -> str:
    return jsonlib.dumps(_facts(letter), default=str)
