-- The log is partitioned by position, so that what is old can leave it whole. The rows stay where they
-- are: the table becomes the first partition. No index of a partitioned table can keep event_id or
-- (stream, version) unique, since neither holds the position: each partition has its own, and across them
-- append_events keeps it, which looks into all of them under the streams' and slots' locks.
alter table events rename to events_p0;
alter index events_pkey rename to events_p0_pkey;
alter index events_event_id_key rename to events_p0_event_id_key;
alter index events_stream_version_key rename to events_p0_stream_version_key;
alter index events_in_commit_order rename to events_p0_in_commit_order;
alter table events_p0 alter column position drop identity;

create sequence events_position;
select setval('events_position', coalesce(max(position), 0) + 1, false) from events_p0;

-- Services may not choose a position or a transaction id (see the grants): only the defaults do.
create table events (
  position       bigint      not null default nextval('events_position') primary key,
  transaction_id xid8        not null default pg_current_xact_id(),
  event_id       uuid        not null,
  stream         text        not null,
  version        integer     not null constraint events_version_check check (version > 0),
  type           text        not null,
  schema_version integer     not null,
  user_id        uuid,
  payload        jsonb       not null,
  cause          uuid,
  correlation    uuid        not null,
  trace          text,
  recorded_at    timestamptz not null default clock_timestamp()
) partition by range (position);
create index events_in_commit_order on events (transaction_id, position);
create trigger events_are_facts before update or delete or truncate on events
  for each statement execute function events_are_facts();
alter sequence events_position owned by events.position;
alter table events_p0 alter column position set default nextval('events_position');

-- Every partition and where it ends. The default one, last, takes what no other would.
create view events_partitions as
select c.relname as name,
       (regexp_match(b.bounds, 'FROM \(''(\d+)''\)'))[1]::bigint as first_position,
       (regexp_match(b.bounds, 'TO \(''(\d+)''\)'))[1]::bigint as end_position,
       b.bounds = 'DEFAULT' as is_default
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
 cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bounds) b
 where i.inhparent = 'events'::regclass;

-- A table shaped as a partition must be, not yet one.
create function events_new_partition(name text) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('create table %I (like events including defaults including constraints including indexes)', name);
  execute format('alter table %I add constraint %I unique (event_id), add constraint %I unique (stream, version)',
                 name, name || '_event_id_key', name || '_stream_version_key');
  execute format('create trigger events_are_facts before update or delete or truncate on %I '
                 'for each statement execute function events_are_facts()', name);
  execute format('grant select on %I to taskflow_service', name);
end $$;

select events_new_partition('events_rest');
do $$
declare
  size constant bigint := 10000000;
  head bigint := (select coalesce(max(position), 0) from events_p0);
begin
  execute format('alter table events attach partition events_p0 for values from (minvalue) to (%s)',
                 (head / size + 1) * size);
end $$;
alter table events attach partition events_rest default;

-- Makes partitions until a whole one lies ahead of the log's end; how many it made. A role without rights
-- on the table may call it, for it runs as the owner. `size`: whoever looks for a stream or an id asks
-- every partition, so they are few and large; ten million events are about 8 GB with their indexes.
-- It waits for readers of the log and makes everybody behind it wait: not for long, the caller comes again.
create function events_ahead(size bigint default 10000000) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '500ms' as $$
declare
  head bigint;
  upper bigint;
  made integer := 0;
begin
  if size < 1 then
    raise exception 'a partition holds at least one position, not %', size;
  end if;
  if not pg_try_advisory_xact_lock(7215011) then
    return 0;
  end if;
  select last_value into head from events_position;
  select max(end_position) into upper from events_partitions;
  if upper - head >= size and not exists (select from events_rest) then
    return 0;
  end if;
  -- Nobody may put a row into the default partition while one is made that would be its place.
  lock table events in access exclusive mode;
  if exists (select from events_rest) then
    -- They came too late: what took their place becomes a partition itself.
    alter table events detach partition events_rest;
    select max(position) into head from events_rest;
    execute format('alter table events_rest rename to %I', 'events_p' || upper);
    execute format('alter index events_rest_pkey rename to %I', 'events_p' || upper || '_pkey');
    execute format('alter index events_rest_event_id_key rename to %I', 'events_p' || upper || '_event_id_key');
    execute format('alter index events_rest_stream_version_key rename to %I', 'events_p' || upper || '_stream_version_key');
    execute format('alter index events_rest_transaction_id_position_idx rename to %I', 'events_p' || upper || '_in_commit_order');
    execute format('alter table events attach partition %I for values from (%s) to (%s)',
                   'events_p' || upper, upper, (head / size + 1) * size);
    perform events_new_partition('events_rest');
    alter table events attach partition events_rest default;
    made := 1;
  end if;
  select last_value into head from events_position;
  loop
    select max(end_position) into upper from events_partitions;
    exit when upper - head >= size;
    perform events_new_partition('events_p' || upper);
    execute format('alter table events attach partition %I for values from (%s) to (%s)',
                   'events_p' || upper, upper, (upper / size + 1) * size);
    made := made + 1;
  end loop;
  return made;
end $$;

-- Ends the partition that the log is in at its present end, and opens the next; the name of the closed
-- one, null where it is empty. For its owner, who wants to archive a log that is younger than a partition.
create function events_close(size bigint default 10000000) returns text
language plpgsql set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  head bigint;
  open record;
  ahead record;
begin
  perform pg_advisory_xact_lock(7215011);
  perform events_ahead(size);
  lock table events in access exclusive mode;
  select last_value + is_called::int into head from events_position;
  select * into open from events_partitions
   where not is_default and coalesce(first_position, 0) < head and end_position >= head;
  if not found or head <= greatest(coalesce(open.first_position, 0), 1) then
    return null;
  end if;
  if open.end_position = head then
    return open.name;
  end if;
  for ahead in select * from events_partitions where not is_default and first_position >= head loop
    execute format('drop table %I', ahead.name);
  end loop;
  execute format('alter table events detach partition %I', open.name);
  execute format('alter table events attach partition %I for values from (%s) to (%s)', open.name,
                 coalesce(open.first_position::text, 'minvalue'), head);
  perform events_ahead(size);
  return open.name;
end $$;

-- What has left: each archive is a folder of this name. It is read in the partition's stead once
-- `dropped_at` is set; until then the partition stands and is what is read.
create table archives (
  name           text    primary key,
  first_position bigint  not null,
  last_position  bigint  not null,
  end_transaction_id xid8 not null,
  end_position   bigint  not null,
  events         bigint  not null,
  sha256         text    not null,
  announced_at   timestamptz not null default now(),
  dropped_at     timestamptz
);

-- What appends and readers need of it: which ids and which versions are in which row groups.
create table archived_events (
  event_id  uuid primary key,
  archive   text not null,
  row_group integer not null
);
create table archived_streams (
  stream        text    not null,
  last_version  integer not null,
  first_version integer not null,
  last_hash     bytea,
  archive       text    not null,
  row_groups    integer[] not null,
  primary key (stream, last_version)
);

revoke execute on function events_ahead, events_close, events_new_partition from public;
grant execute on function events_ahead to taskflow_service;
grant usage on sequence events_position to taskflow_service;
revoke all on events_p0 from taskflow_service;
grant select on events_p0, events_rest, events_partitions, archives, archived_events, archived_streams to taskflow_service;
grant select on sequence events_position to taskflow_service;
grant select on events to taskflow_service;
grant insert (event_id, stream, version, type, schema_version, user_id, payload, cause, correlation, trace)
  on events to taskflow_service;
