"""The floor's table: one row a fact, one commit a hop."""

import os

import asyncpg

TABLE = """
create table if not exists floor_events (
  position bigint generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(),
  who text not null,
  type text not null,
  payload text not null
)
"""
INSERT = "insert into floor_events (who, type, payload) values ($1, $2, $3)"


async def pool() -> asyncpg.Pool:
    return await asyncpg.create_pool(os.environ["FLOOR_DSN"], min_size=8, max_size=8)
