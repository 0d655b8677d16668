-- Gates: an append that names types of events, with commas between them, conflicts with those alone: with one
-- of them that stands in its stream behind the version that it knows. Else all is as in 0012_hash_chain.sql.
create function append_events(
  ap int[], k int[], after int[], id uuid[], stream_ text[], type_ text[], schema_version_ int[],
  user_id_ uuid[], payload_ jsonb[], cause_ uuid[], correlation_ uuid[], trace_ text[],
  gates_ text[]
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
                          and (t.k > 1 or t.after < 0 or t.after = coalesce(h.version, a.version, 0)
                               or t.gates is not null and g.shut is null))
                   over (partition by t.ap) as ok
            from unnest(ap, k, after, id, stream_, type_, schema_version_, user_id_, payload_, cause_, correlation_, trace_, gates_)
                 with ordinality as t(ap, k, after, id, stream, type, schema_version, user_id, payload, cause, correlation, trace, gates, o)
            left join lateral (select e.version, e.hash from events e where e.stream = t.stream
                                order by e.version desc limit 1) h on true
            left join lateral (select e.last_version as version, e.last_hash as hash from archived_streams e
                                where h.version is null and e.stream = t.stream
                                order by e.last_version desc limit 1) a on true
            left join lateral (select true as taken from events e
                                where t.k = 1 and e.event_id = t.id limit 1) x on true
            left join lateral (select true as taken from archived_events e
                                where t.k = 1 and e.event_id = t.id limit 1) y on true
            left join lateral (select true as shut from events e
                                where t.k = 1 and t.gates is not null and e.stream = t.stream
                                  and e.version > t.after and e.type = any(string_to_array(t.gates, ','))
                                limit 1) g on true
        ) c
       where c.ok
    ) r
   order by r.o
  returning events.event_id, events.position, events.transaction_id, events.version, events.recorded_at;
  perform pg_notify('taskflow_events', '');
end $$;

-- The release before appends without gates.
create or replace function append_events(
  ap int[], k int[], after int[], id uuid[], stream_ text[], type_ text[], schema_version_ int[],
  user_id_ uuid[], payload_ jsonb[], cause_ uuid[], correlation_ uuid[], trace_ text[]
) returns table (event_id uuid, "position" bigint, transaction_id xid8, version int, recorded_at timestamptz)
language sql volatile as $$
  select * from append_events(ap, k, after, id, stream_, type_, schema_version_, user_id_, payload_, cause_,
                              correlation_, trace_, array_fill(null::text, array[cardinality(ap)]))
$$;

grant execute on function append_events(
  int[], int[], int[], uuid[], text[], text[], int[], uuid[], jsonb[], uuid[], uuid[], text[], text[]
) to taskflow_service, taskflow_log;
