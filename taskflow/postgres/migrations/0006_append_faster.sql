-- Appends a group of appends in one statement. Row o belongs to append ap, is the k-th of its
-- stream there, and expects its stream at version after (-1: any). An append whose first id exists,
-- or whose expectation fails, stores nothing and leaves its neighbours alone.
-- Streams' locks come first: a transaction id is assigned only after them, so that commit order,
-- version order and (transaction_id, position) order agree. They are sorted as they are taken, by key.
-- Whether a slot is taken is asked of an append's first event only: it decides for all of them.
create or replace function append_events(
  ap int[], k int[], after int[], id uuid[], stream_ text[], type_ text[], schema_version_ int[],
  user_id_ uuid[], payload_ jsonb[], cause_ uuid[], correlation_ uuid[], trace_ text[]
) returns table (event_id uuid, "position" bigint, transaction_id xid8, version int, recorded_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform pg_advisory_xact_lock(l.key)
     from (select hashtextextended(s, 0) as key from unnest(stream_) s group by 1 order by 1) l;
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
                 t.k = 1 and exists (select from events e where e.event_id = t.id) as taken
        ) h
    ) r
   where r.ok
   order by r.o
  returning events.event_id, events.position, events.transaction_id, events.version, events.recorded_at;
  perform pg_notify('taskflow_events', '');
end $$;
