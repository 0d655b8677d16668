-- The role that services act as. Its logins are the operator's; a laptop's owner acts as it by SET ROLE.
do $$
begin
  if not exists (select from pg_roles where rolname = 'taskflow_service') then
    create role taskflow_service nologin;
  end if;
  if not pg_has_role(current_user, 'taskflow_service', 'member') then
    execute format('grant taskflow_service to %I', current_user);
  end if;
end $$;

create table events (
  position       bigint      generated always as identity primary key,
  transaction_id xid8        not null default pg_current_xact_id(),
  event_id       uuid        not null unique,
  stream         text        not null,
  version        integer     not null check (version > 0),
  type           text        not null,
  schema_version integer     not null,
  user_id        uuid,
  payload        jsonb       not null,
  cause          uuid,
  correlation    uuid        not null,
  trace          text,
  recorded_at    timestamptz not null default clock_timestamp(),
  unique (stream, version)
);
create index events_in_commit_order on events (transaction_id, position);

create function events_are_facts() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % on events is refused', tg_op
    using errcode = 'insufficient_privilege';
end $$;
create trigger events_are_facts before update or delete or truncate on events
  for each statement execute function events_are_facts();

-- Appends a group of appends in one statement. Row o belongs to append ap, is the k-th of its
-- stream there, and expects its stream at version after (-1: any). An append whose first id exists,
-- or whose expectation fails, stores nothing and leaves its neighbours alone.
-- Streams' locks come first: a transaction id is assigned only after them, so that commit order,
-- version order and (transaction_id, position) order agree.
create function append_events(
  ap int[], k int[], after int[], id uuid[], stream_ text[], type_ text[], schema_version_ int[],
  user_id_ uuid[], payload_ jsonb[], cause_ uuid[], correlation_ uuid[], trace_ text[]
) returns table (event_id uuid, "position" bigint, transaction_id xid8, version int, recorded_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(hashtextextended(s.stream, 0))
     from (select distinct unnest(stream_) as stream order by 1) s;
  return query
  insert into events (event_id, stream, version, type, schema_version, user_id, payload, cause, correlation, trace)
  select r.id, r.stream, r.head + r.k, r.type, r.schema_version, r.user_id, r.payload, r.cause, r.correlation, r.trace
    from (
      select t.*, h.head,
             bool_and(not h.taken and (t.k > 1 or t.after < 0 or t.after = h.head)) over (partition by t.ap) as ok
        from unnest(ap, k, after, id, stream_, type_, schema_version_, user_id_, payload_, cause_, correlation_, trace_)
             with ordinality as t(ap, k, after, id, stream, type, schema_version, user_id, payload, cause, correlation, trace, o)
        cross join lateral (
          select coalesce((select e.version from events e where e.stream = t.stream
                            order by e.version desc limit 1), 0) as head,
                 exists (select from events e where e.event_id = t.id) as taken
        ) h
    ) r
   where r.ok
   order by r.o
  returning events.event_id, events.position, events.transaction_id, events.version, events.recorded_at;
  perform pg_notify('taskflow_events', '');
end $$;

grant usage on schema public to taskflow_service;
grant select, insert on events to taskflow_service;
grant execute on function append_events to taskflow_service;
grant select on schema_migrations to taskflow_service;
