"""`taskflow forget --again`: a restored database knows people who had been forgotten since.

The bus holds every forgetting of the last seven days, and a restore leaves it as it was until it is
emptied; who was forgotten longer ago is named by a file.
"""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import nats.errors
import typer
from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError

from contracts.conversation import UserForgotten
from contracts.recorded import Message
from contracts.streams import UserId
from taskflow.bus import topology
from taskflow.cli.operator import Operator, bus, operator
from taskflow.cli.people.forgetting import SHREDDED_WITHIN_SECONDS
from taskflow.errors import Configuration
from taskflow.forgetting.erasure import Forgetting
from taskflow.forgetting.shredding import Shredding
from taskflow.privacy.vault import UnknownUser


async def forget_again(named: Path | None) -> None:
    """Raises Configuration for a file that is no list of ids, or a bus that is away."""
    async with operator() as me:
        users = listed(named) if named else set[UUID]()
        async with bus(me.settings.nats_url) as client:
            users |= {user async for user in forgotten_on(client)}
        done = [user for user in sorted(users) if await _forgotten_again(me, UserId(user))]
        standing = await Shredding(me.settings.dsn).finish(SHREDDED_WITHIN_SECONDS)
    typer.echo(f"{len(users)} were forgotten; {len(done)} of them were known here, and are no more")
    for user in done:
        typer.echo(str(user))
    if standing.left:
        typer.echo(f"PostgreSQL's files still hold them: {'; '.join(standing.holders)}", err=True)


async def _forgotten_again(me: Operator, user: UserId) -> bool:
    """False for one whom this database never knew, or knows as forgotten."""
    try:
        if await me.vault.forgotten_at(user):
            return False
    except UnknownUser:
        return False
    await Forgetting(me.pool, me.vault, me.log).forget(user)
    return True


def listed(path: Path) -> set[UUID]:
    """One id a line. Raises Configuration."""
    try:
        return {UUID(line) for line in path.read_text("utf-8").split()}
    except (OSError, ValueError) as error:
        raise Configuration(f"{path} is no list of users' ids, one a line: {error}") from None


async def forgotten_on(client: Client) -> AsyncGenerator[UUID]:
    """Whom the bus knows as forgotten: of seven days. Raises Configuration."""
    jetstream, sequence = client.jetstream(), 1
    subject = topology.subject(UserForgotten.type)
    while True:
        try:
            found = await jetstream.get_msg(topology.STREAM, sequence, subject, next=True)
        except NotFoundError:
            return
        except (nats.errors.Error, APIError) as error:
            raise Configuration(f"NATS does not tell of the forgotten: {error}") from error
        message = Message.model_validate_json(found.data or b"")
        if message.user_id:
            yield message.user_id
        sequence = (found.seq or 0) + 1
