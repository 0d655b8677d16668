-- Each event carries the hash of the one before it in its stream and of itself: whoever changes, removes
-- or inserts a row breaks the chain there. Older rows have none: their streams' chains begin with the next.
alter table events add column hash bytea check (octet_length(hash) = 32);
create table chain_start ("position" bigint not null);
insert into chain_start select last_value + is_called::int from events_position;

-- What a hash covers: numbers and ids a line each, then texts with their lengths, so that no two rows
-- read the same. The payload is what jsonb prints, whose form does not depend on what came in.
create function event_canonical(
  event_id uuid, stream text, version int, type text, schema_version int, user_id uuid, payload jsonb,
  cause uuid, correlation uuid, trace text, recorded_at timestamptz
) returns bytea language sql stable parallel safe as $$
  select convert_to(
    'taskflow.event.1' || E'\n' || event_id || E'\n' || version || E'\n' || schema_version || E'\n' ||
    coalesce(user_id::text, '') || E'\n' || coalesce(cause::text, '') || E'\n' || correlation || E'\n' ||
    (extract(epoch from recorded_at) * 1000000)::bigint || E'\n' ||
    length(stream) || E'\n' || length(type) || E'\n' || coalesce(length(trace), -1) || E'\n' ||
    stream || type || coalesce(trace, '') || payload, 'UTF8')
$$;

create function event_chain_link(chain bytea, before bytea, canonical bytea) returns bytea
language plpgsql immutable parallel safe as $$
begin
  return sha256(coalesce(chain, before) || canonical);
end $$;
create aggregate event_chain(before bytea, canonical bytea) (sfunc = event_chain_link, stype = bytea);

-- Appends a group of appends in one statement. Row o belongs to append ap, is the k-th of its
-- stream there, and expects its stream at version after (-1: any). An append whose first id exists,
-- or whose expectation fails, stores nothing and leaves its neighbours alone.
-- Locks come first, sorted by key: a transaction id is assigned only after them, so that commit order,
-- version order and (transaction_id, position) order agree. Streams' locks keep versions unique across
-- partitions; slots' locks keep ids unique there, for one slot may be tried for different streams.
-- Whether a slot is taken is asked of an append's first event only: it decides for all of them. Each
-- lookup is a lateral one with a limit, which can only walk an index: as `exists` the planner may hash
-- the whole log instead, when it looks at empty partitions.
create or replace function append_events(
  ap int[], k int[], after int[], id uuid[], stream_ text[], type_ text[], schema_version_ int[],
  user_id_ uuid[], payload_ jsonb[], cause_ uuid[], correlation_ uuid[], trace_ text[]
) returns table (event_id uuid, "position" bigint, transaction_id xid8, version int, recorded_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(l.key)
     from (select hashtextextended(s, 0) as key from unnest(stream_) s
            union
           select uuid_hash_extended(i.id, 1) from unnest(id, k) i(id, k) where i.k = 1
            order by 1) l;
  return query
  insert into events (event_id, stream, version, type, schema_version, user_id, payload, cause, correlation, trace, recorded_at, hash)
  select r.id, r.stream, r.version, r.type, r.schema_version, r.user_id, r.payload, r.cause, r.correlation, r.trace, r.at,
         event_chain(r.before, r.canonical) over (partition by r.stream order by r.version)
    from (
      select c.*, event_canonical(c.id, c.stream, c.version, c.type, c.schema_version, c.user_id, c.payload,
                                  c.cause, c.correlation, c.trace, c.at) as canonical
        from (
          select t.*, coalesce(h.version, a.version, 0) + t.k as version, clock_timestamp() as at,
                 coalesce(h.hash, a.hash, '') as before,
                 bool_and(x.taken is null and y.taken is null
                          and (t.k > 1 or t.after < 0 or t.after = coalesce(h.version, a.version, 0)))
                   over (partition by t.ap) as ok
            from unnest(ap, k, after, id, stream_, type_, schema_version_, user_id_, payload_, cause_, correlation_, trace_)
                 with ordinality as t(ap, k, after, id, stream, type, schema_version, user_id, payload, cause, correlation, trace, o)
            left join lateral (select e.version, e.hash from events e where e.stream = t.stream
                                order by e.version desc limit 1) h on true
            left join lateral (select e.last_version as version, e.last_hash as hash from archived_streams e
                                where h.version is null and e.stream = t.stream
                                order by e.last_version desc limit 1) a on true
            left join lateral (select true as taken from events e
                                where t.k = 1 and e.event_id = t.id limit 1) x on true
            left join lateral (select true as taken from archived_events e
                                where t.k = 1 and e.event_id = t.id limit 1) y on true
        ) c
       where c.ok
    ) r
   order by r.o
  returning events.event_id, events.position, events.transaction_id, events.version, events.recorded_at;
  perform pg_notify('taskflow_events', '');
end $$;

grant insert (recorded_at, hash) on events to taskflow_service;
grant select on chain_start to taskflow_service;
