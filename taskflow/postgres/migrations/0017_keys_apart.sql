-- Users' keys and addresses in tables of their own, in parts: what a forgotten user left in the pages of
-- one is destroyed by writing that part anew, which keeps the others' readers waiting for a sixteenth of
-- it. No foreign keys: each row written anew would be checked. See docs/adr/0034.
alter table vault_users rename to vault_people;

create table vault_keys (
  user_id     uuid  primary key,
  -- Always 61 bytes: no part needs a table beside it for long values.
  wrapped_key bytea storage plain not null
) partition by hash (user_id);

alter table vault_addresses rename to vault_addresses_before;
alter index vault_addresses_pkey rename to vault_addresses_before_pkey;
alter index vault_addresses_of_user rename to vault_addresses_before_of_user;
create table vault_addresses (
  address_hash   bytea       primary key,
  user_id        uuid        not null,
  kind           text        not null check (kind in ('phone', 'business_scoped')),
  sealed_address bytea       not null,
  created_at     timestamptz not null default now()
) partition by hash (address_hash);
create index vault_addresses_of_user on vault_addresses (user_id);

do $$
begin
  for n in 0..15 loop
    execute format('create table vault_keys_%s partition of vault_keys'
                   ' for values with (modulus 16, remainder %s)', n, n);
    execute format('create table vault_addresses_%s partition of vault_addresses'
                   ' for values with (modulus 16, remainder %s)', n, n);
  end loop;
end $$;

-- What a forgetting left to be destroyed; a row goes when nothing of it is in the server's files any more.
create table vault_shreds (
  id           bigint      generated always as identity primary key,
  part         text        not null,
  since        timestamptz not null default clock_timestamp(),
  rewritten_at timestamptz,
  -- The last file of the write-ahead log that there was then: none up to it may be left.
  wal_upto     text collate "C"
);

insert into vault_keys select user_id, wrapped_key from vault_people where wrapped_key is not null;
insert into vault_addresses select * from vault_addresses_before;
drop table vault_addresses_before;
-- The column goes with its constraint, and its contents go because changing a type writes a new file.
alter table vault_people drop column wrapped_key,
  alter column created_at type timestamptz using created_at + interval '0';
-- Of those who were forgotten before, this leaves what stands in the write-ahead log.
insert into vault_shreds (part, rewritten_at)
select 'vault_users', clock_timestamp()
 where exists (select from vault_people where forgotten_at is not null);

-- Writes one part anew that a forgotten user was in, and says which; null: there is none. Whoever reads
-- that part waits; if somebody holds it for longer than half a second (pg_dump does), the caller comes
-- again: who waits for this lock is one whom all others wait for.
create function shred_next_part() returns text
language plpgsql security definer
set search_path = public, pg_temp
set lock_timeout = '500ms' as $$
declare
  name text;
  keys vault_keys[];
  addresses vault_addresses[];
begin
  select part into name from vault_shreds where rewritten_at is null order by part limit 1;
  if name is null then
    return null;
  end if;
  execute format('lock table %I in access exclusive mode', name);
  update vault_shreds set rewritten_at = clock_timestamp() where part = name and rewritten_at is null;
  if starts_with(name, 'vault_keys_') then
    execute format('select array_agg(one::vault_keys) from %I one', name) into keys;
    execute format('truncate %I', name);
    execute format('insert into %I select * from unnest($1)', name) using keys;
  else
    execute format('select array_agg(one::vault_addresses) from %I one', name) into addresses;
    execute format('truncate %I', name);
    execute format('insert into %I select * from unnest($1)', name) using addresses;
  end if;
  return name;
end $$;
revoke execute on function shred_next_part from public;
grant execute on function shred_next_part to taskflow_scheduler;

-- The release before this one finds what it knew, until none of it runs any more.
create view vault_users as
select user_id,
       case when forgotten_at is null
            then (select wrapped_key from vault_keys k where k.user_id = p.user_id) end as wrapped_key,
       created_at, forgotten_at
  from vault_people p;
create function vault_users_changed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into vault_people (user_id, forgotten_at) values (new.user_id, new.forgotten_at);
    insert into vault_keys select new.user_id, new.wrapped_key where new.wrapped_key is not null;
  elsif new.wrapped_key is null then
    update vault_people set forgotten_at = new.forgotten_at where user_id = new.user_id;
    insert into vault_shreds (part)
    select distinct tableoid::regclass::text from vault_addresses where user_id = new.user_id;
    with gone as (delete from vault_keys where user_id = new.user_id returning tableoid)
    insert into vault_shreds (part) select tableoid::regclass::text from gone;
  else
    update vault_keys set wrapped_key = new.wrapped_key where user_id = new.user_id;
  end if;
  return new;
end $$;
create trigger vault_users_changed instead of insert or update on vault_users
  for each row execute function vault_users_changed();

-- As before, each on the table that now holds it.
grant select on vault_keys, vault_users, vault_shreds to taskflow_log;
grant insert on vault_keys, vault_users to taskflow_gateway;
grant select, insert on vault_addresses to taskflow_gateway;
grant update (forgotten_at) on vault_people to taskflow_agent;
grant update (wrapped_key, forgotten_at) on vault_users to taskflow_agent;
grant delete on vault_keys to taskflow_agent;
grant select, delete on vault_addresses to taskflow_agent;
grant insert on vault_shreds to taskflow_agent;
grant update (created_at) on vault_users to taskflow_tools, taskflow_scheduler;
grant update, delete on vault_shreds to taskflow_scheduler;
-- `taskflow rewrap-keys`.
grant update on vault_keys to taskflow_operator;
grant insert on vault_people, vault_addresses to taskflow_operator;
grant select, insert, update on vault_users, vault_people, vault_keys, vault_shreds to taskflow_service;
grant delete on vault_keys to taskflow_service;
grant select, insert, update, delete on vault_addresses to taskflow_service;

-- Whoever shreds makes checkpoints and reads the names of the log's files. Where the owner may not give
-- that, whoever may has given it beforehand; `taskflow doctor` says when it lacks.
do $$
declare
  role text;
begin
  foreach role in array array['pg_checkpoint', 'pg_monitor'] loop
    if pg_has_role(current_user, role, 'member with admin option')
       and not pg_has_role('taskflow_scheduler', role, 'member') then
      execute format('grant %I to taskflow_scheduler', role);
    end if;
  end loop;
end $$;
