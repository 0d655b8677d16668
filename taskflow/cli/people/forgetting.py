"""`taskflow forget`: asks, destroys, and says what there was."""

from dataclasses import asdict

import orjson
import typer
from rich.table import Table

from contracts.streams import UserId
from taskflow.cli.console import SafeConsole
from taskflow.cli.operator import Operator, operator
from taskflow.cli.output import echo, echo_document
from taskflow.errors import Configuration
from taskflow.forgetting.erasure import Destroyed, Forgetting
from taskflow.forgetting.shredding import Shredding, ShreddingLeft
from taskflow.privacy.vault import UnknownUser

_SURE = """\
Of user {user} everything will be destroyed: key, addresses, messages, profile, pictures, reminders
and watches. Nothing can undo it. To keep a copy first: taskflow export {user}
"""
SHREDDED_WITHIN_SECONDS = 30.0
"""Waited for PostgreSQL's files: a checkpoint, and whoever reads the vault at that moment."""
_WHAT = {
    "keys": "keys, without which nothing of theirs can be read",
    "addresses": "addresses: phone numbers and business-scoped ids",
    "pictures": "pictures: charts and screenshots",
    "snapshots": "snapshots of folds",
    "dead_letters": "dead letters emptied and settled",
    "events": "events of conversation and profile that stay, as ciphertext without a key",
}


async def forget_user(name: str, *, yes: bool, json: bool) -> None:
    async with operator() as me:
        user = await _user(me, name)
        if not yes:
            echo(_SURE.format(user=user), err=True)
            typer.confirm("Destroy it?", abort=True, err=True)
        forgetting = Forgetting(me.pool, me.vault, me.log)
        done = await forgetting.forget(user)
        with SafeConsole(stderr=True).status("waiting for the read models"):
            behind = await forgetting.behind(done.tombstone)
        with SafeConsole(stderr=True).status("destroying what is left in PostgreSQL's files"):
            standing = await Shredding(me.settings.dsn).finish(SHREDDED_WITHIN_SECONDS)
    echo_document(_as_json(done, behind, standing)) if json else _print(done, behind, standing)


async def _user(me: Operator, name: str) -> UserId:
    """Raises Configuration for whoever never was, or can no longer be found by that address."""
    try:
        user = await me.user_of(name)
    except Configuration as error:
        raise Configuration(f"{error}. Who was forgotten is known by their id alone") from None
    try:
        await me.vault.forgotten_at(user)
    except UnknownUser:
        raise Configuration(f"there is no user {user}, and there never was one") from None
    return user


def _as_json(done: Destroyed, behind: list[str], standing: ShreddingLeft) -> str:
    fields = {
        "user": str(done.user),
        "forgotten_before": done.earlier,
        "destroyed": {what: asdict(done)[what] for what in _WHAT},
        "took_ms": done.took_ms,
        "read_models_behind": behind,
        "held_in_files_by": standing.holders,
    }
    return orjson.dumps(fields).decode()


def _print(done: Destroyed, behind: list[str], standing: ShreddingLeft) -> None:
    console = SafeConsole()
    if done.earlier:
        console.print(
            f"user {done.user} was forgotten already, at {done.earlier:%Y-%m-%d %H:%M:%S} UTC;"
            " what was left is destroyed now:"
        )
    else:
        console.print(f"user {done.user} is forgotten ({done.took_ms} ms):")
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right")
    for what, words in _WHAT.items():
        table.add_row(str(getattr(done, what)), words)
    console.print(table)
    if behind:
        console.print(f"These read models purge their rows when they next run: {', '.join(behind)}")
    else:
        console.print("Every read model has purged their rows; every process drops their key.")
    if standing.left:
        console.print(
            "Key and addresses still stand in PostgreSQL's files, the scheduler goes on: "
            + "; ".join(standing.holders)
        )
    else:
        console.print("Key and addresses are gone from PostgreSQL's files and write-ahead log.")
