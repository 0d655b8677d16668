"""Tables of the same shape in a schema of their own, and putting them in the live ones' place."""

from collections.abc import Sequence

from taskflow.postgres.database import LOG_ROLE, Connection

LIVE = "public"
_INDEXES = """
select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
  from pg_index i join pg_class c on c.oid = i.indexrelid
 where i.indrelid = $1::text::regclass
   and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
 order by 1
"""
# Checks come with `like`; these bring an index of their own, by its name.
_CONSTRAINTS = """
select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
 where conrelid = $1::text::regclass and contype in ('p', 'u', 'x') order by 1
"""
_GRANTS = """
select coalesce(nullif(g.grantee, 0)::regrole::text, 'public') as grantee,
       string_agg(g.privilege_type, ', ') as privileges
  from pg_class c cross join lateral aclexplode(c.relacl) g
 where c.oid = $1::text::regclass group by 1 order by 1
"""


def schema_of(name: str) -> str:
    return f"build_{name.replace('-', '_')}"


async def make_beside(connection: Connection, name: str, tables: Sequence[str]) -> None:
    """Empty tables of the live ones' shape, whatever stood there."""
    schema = schema_of(name)
    await connection.execute(f'drop schema if exists "{schema}" cascade')
    await connection.execute(f'create schema "{schema}"')
    await connection.execute(f'grant usage on schema "{schema}" to {LOG_ROLE}')
    for table in tables:
        live, built = f'{LIVE}."{table}"', f'"{schema}"."{table}"'
        await connection.execute(
            f"create table {built} (like {live} including all excluding indexes)"
        )
        for row in await connection.fetch(_CONSTRAINTS, live):
            constraint = f'"{row["name"]}" {row["definition"]}'
            await connection.execute(f"alter table {built} add constraint {constraint}")
        for row in await connection.fetch(_INDEXES, live):
            # PostgreSQL names the table with its schema in every definition.
            definition = row["definition"].replace(f" ON {LIVE}.", f' ON "{schema}".', 1)
            await connection.execute(definition)
        for row in await connection.fetch(_GRANTS, live):
            await connection.execute(f"grant {row['privileges']} on {built} to {row['grantee']}")


async def stand_beside(connection: Connection, name: str, tables: Sequence[str]) -> bool:
    """Whether a build was begun and its tables are all there."""
    for table in tables:
        found = await connection.fetchval(
            "select to_regclass($1) is not null", f'"{schema_of(name)}"."{table}"'
        )
        if not found:
            return False
    return True


async def swap(connection: Connection, name: str, tables: Sequence[str]) -> None:
    """In the caller's transaction: readers wait for its end and then find the new ones."""
    schema = schema_of(name)
    old = f"{schema}_old"
    await connection.execute(f'drop schema if exists "{old}" cascade')
    await connection.execute(f'create schema "{old}"')
    for table in tables:
        await connection.execute(f'alter table {LIVE}."{table}" set schema "{old}"')
        await connection.execute(f'alter table "{schema}"."{table}" set schema {LIVE}')
    await connection.execute(f'drop schema "{old}" cascade')
    await connection.execute(f'drop schema "{schema}" cascade')
