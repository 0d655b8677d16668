"""Each service's login at the real servers: what it may, and that everything else is refused."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.aio.client import Client

from contracts.event import all_events
from taskflow.bus import permissions, topology
from taskflow.bus.permissions import USERS, inbox
from taskflow.embedded.binaries import nats_binary
from taskflow.postgres.database import SERVICES, role_of
from tests.support import rights
from tests.support.servers import NatsServer, PostgresServer

LAST = "taskflow.nobody"
"""Refused to everybody: when the server has said so, it has judged what came before."""
VIEWS = {"events_partitions": "S", "vault_users": "SIU"}
"""What can be tried on them at all."""
_CHANGES = (
    "update {0} set {1} = {1} where false",
    "delete from {0} where false",
    "truncate {0}",
    "drop table {0}",
    "alter table {0} disable trigger all",
    "create trigger own before insert on {0} execute function events_are_facts()",
)


_CHOOSES_ITS_POSITION = """
insert into events (position, event_id, stream, version, type, schema_version, payload, correlation)
values (1, gen_random_uuid(), 's', 1, 't', 1, '{}', gen_random_uuid())
"""


async def test_docs_show_what_postgresql_answers(database: str) -> None:
    connection = await asyncpg.connect(database)
    assert rights.shown("tables") == rights.markdown(await rights.of_tables(connection))
    assert rights.shown("functions") == rights.markdown(await rights.of_functions(connection))
    await connection.close()


def test_docs_show_what_nats_is_told() -> None:
    assert rights.shown("subjects") == rights.of_subjects()
    assert rights.NATS_USERS.read_text() == permissions.configuration()


@pytest.mark.parametrize("service", [*SERVICES, "operator"])
async def test_every_verb_on_every_table_is_taken_or_refused_as_told(
    database: str, postgres: PostgresServer, service: str
) -> None:
    owner = await asyncpg.connect(database)
    told = await rights.of_tables(owner)
    columns = {
        table: await owner.fetchval(
            "select attname from pg_attribute where attrelid = $1::text::regclass"
            " and attnum > 0 and attidentity = '' order by attnum limit 1",
            table,
        )
        for table in told
    }
    await owner.close()
    login = await asyncpg.connect(postgres.dsn_of(role_of(service), database))
    for table, has in told.items():
        tried = {
            "S": f"select from {table} where false",
            "I": f"insert into {table} default values",
            "U": f"update {table} set {columns[table]} = {columns[table]} where false",
            "D": f"delete from {table} where false",
            "T": f"truncate {table}",
        }
        may = has[role_of(service)].split()
        for letter, statement in tried.items():
            if letter in VIEWS.get(table, letter):
                taken = await _is_taken(login, statement)
                # A star: on some of the columns, of which the first is none.
                assert taken == (letter in may or (letter == "I" and "I*" in may)), statement
    await login.close()


async def _is_taken(login: asyncpg.Connection, statement: str) -> bool:
    try:
        async with login.transaction():
            await login.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    except asyncpg.IntegrityConstraintViolationError:
        return True  # it was allowed to try
    return True


@pytest.mark.parametrize("service", [*SERVICES, "operator"])
async def test_nobody_changes_the_log_or_its_walls(
    database: str, postgres: PostgresServer, service: str
) -> None:
    login = await asyncpg.connect(postgres.dsn_of(role_of(service), database))
    partitions = [row["name"] for row in await login.fetch("select name from events_partitions")]
    assert partitions
    others = {role_of(other) for other in SERVICES} - {role_of(service)}
    statements = [
        *(one.format(table, "type") for table in ("events", *partitions) for one in _CHANGES),
        *(one.format("schema_migrations", "name") for one in _CHANGES),
        "create table own (a int)",
        "create function own() returns int language sql as 'select 1'",
        "select events_close()",
        "select events_new_partition('own')",
        _CHOOSES_ITS_POSITION,
        "set role taskflow",
        "create role own",
        *(f"set role {other}" for other in (others if service != "operator" else ())),
    ]
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute(statement)
    await login.close()


async def test_every_subject_is_taken_or_refused_as_told(nats_server: NatsServer) -> None:
    """All subjects there are, by every user, published and subscribed."""
    subjects = _subjects()
    for user, allowed in USERS.items():
        refused = await _refused(nats_server, user, subjects)
        wanted_publish = {
            one
            for one in subjects
            if not _any(allowed.publish, one) or _any(allowed.not_publish, one)
        }
        assert refused["publish"] == wanted_publish, user
        assert refused["subscription"] == {
            one for one in subjects if not _any(allowed.subscribe, one)
        }, user


def test_a_cluster_s_nats_takes_the_file(tmp_path: Path) -> None:
    shutil.copy(rights.NATS_USERS, tmp_path)
    (tmp_path / "nats.conf").write_text(f"port: -1\ninclude {rights.NATS_USERS.name}\n")
    passwords = {f"NATS_{user.upper()}_PASSWORD": user for user in USERS}
    done = subprocess.run(
        [nats_binary(), "-t", "-c", tmp_path / "nats.conf"],
        env=passwords,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_only_the_relay_brings_events_and_only_the_provisioner_makes_streams() -> None:
    for user, allowed in USERS.items():
        events = [one for one in allowed.publish if one.startswith(topology.ROOT)]
        assert bool(events) == (user in {"scheduler", permissions.OPERATOR}), user
        for change in ("CREATE", "UPDATE", "DELETE", "PURGE"):
            subject = f"$JS.API.STREAM.{change}.{topology.STREAM}"
            may = _any(allowed.publish, subject) and not _any(allowed.not_publish, subject)
            assert may == (user == permissions.PROVISION and change in {"CREATE", "UPDATE"}), user
    assert set(SERVICES) == {consumer.service for consumer in topology.CONSUMERS}


def _subjects() -> set[str]:
    consumers = [consumer.service for consumer in topology.CONSUMERS]
    api = ["INFO", "STREAM.NAMES", "STREAM.LIST", "ACCOUNT.PURGE.A"]
    verbs = ("CREATE", "UPDATE", "DELETE", "PURGE", "INFO", "SNAPSHOT", "RESTORE", "MSG.GET")
    verbs = (*verbs, "MSG.DELETE", "PEER.REMOVE", "LEADER.STEPDOWN")
    api += [f"STREAM.{verb}.{name}" for verb in verbs for name in (topology.STREAM, "OTHER")]
    api += [f"DIRECT.GET.{topology.STREAM}"]
    for consumer in consumers:
        on = f"{topology.STREAM}.{consumer}"
        api += [f"CONSUMER.{verb}.{on}" for verb in ("INFO", "DELETE", "PAUSE", "MSG.NEXT")]
        api += [f"CONSUMER.CREATE.{on}", f"CONSUMER.DURABLE.CREATE.{on}"]
    return {
        *(f"$JS.API.{one}" for one in api),
        *(f"$JS.ACK.{topology.STREAM}.{consumer}.1.1.1.1.1" for consumer in consumers),
        *(topology.subject(type_) for type_ in all_events()),
        *(topology.subject("tool.requested", f"{consumer}.any") for consumer in consumers),
        *(f"{inbox(user)}.a" for user in USERS),
        "_INBOX.a",
        "taskflow.ask.look",
        "taskflow.levels",
        "taskflow.replay.run.message.received",
        "$SYS.REQ.SERVER.PING",
    }


async def _refused(server: NatsServer, user: str, subjects: set[str]) -> dict[str, set[str]]:
    """By what was tried: the subjects that the server refused."""
    found: dict[str, set[str]] = {"publish": set(), "subscription": set()}
    judged = asyncio.Event()

    async def hear(error: Exception) -> None:
        said = str(error).lower()
        for what, refused in found.items():
            if f"permissions violation for {what} to" in said:
                subject = said.partition(f'{what} to "')[2].partition('"')[0]
                refused.add(subject)
                if subject == LAST and what == "publish":
                    judged.set()

    client: Client = await nats.connect(
        server.url_of(user), error_cb=hear, inbox_prefix=inbox(user).encode()
    )
    for subject in sorted(subjects):
        await client.subscribe(subject)
    for subject in sorted(subjects):
        await client.publish(subject, b"", reply=f"{inbox(user)}.nobody")
    await client.publish(LAST)
    await asyncio.wait_for(judged.wait(), 20)
    await client.close()
    original = {subject.lower(): subject for subject in subjects}
    return {what: {original[one] for one in had if one in original} for what, had in found.items()}


def _any(patterns: Sequence[str], subject: str) -> bool:
    return any(_matches(pattern.split("."), subject.split(".")) for pattern in patterns)


def _matches(pattern: list[str], subject: list[str]) -> bool:
    for place, token in enumerate(pattern):
        if token == ">":
            return len(subject) > place
        if place >= len(subject) or token not in {"*", subject[place]}:
            return False
    return len(pattern) == len(subject)
