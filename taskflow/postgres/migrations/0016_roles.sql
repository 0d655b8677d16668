-- A login for each service, with rights to what it does and to nothing else; see docs/security.md.
-- They come without a password: nobody enters by them before an operator gives one. Where the owner of
-- the tables may not create roles, whoever may has made them, and their memberships, beforehand.
-- taskflow_service, as which the release before acts, keeps what it has until none of it runs any more.
do $$
declare
  name text;
begin
  if not exists (select from pg_roles where rolname = 'taskflow_log') then
    create role taskflow_log nologin;
  end if;
  foreach name in array array['operator', 'gateway', 'agent', 'tools', 'scheduler'] loop
    name := 'taskflow_' || name;
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login', name);
    end if;
    if not pg_has_role(name, 'taskflow_log', 'member') then
      execute format('grant taskflow_log to %I', name);
    end if;
    if name <> 'taskflow_operator' and not pg_has_role('taskflow_operator', name, 'member') then
      execute format('grant %I to taskflow_operator', name);
    end if;
    if not pg_has_role(current_user, name, 'set') then
      execute format('grant %I to %I', name, current_user);
    end if;
  end loop;
end $$;

-- The log: read by all, and appended to; position and transaction are chosen by their defaults only.
grant usage on schema public to taskflow_log;
grant select on
  events, events_partitions, archives, archived_events, archived_streams, chain_start, schema_migrations
  to taskflow_log;
grant insert (event_id, stream, version, type, schema_version, user_id, payload, cause, correlation, trace,
              recorded_at, hash)
  on events to taskflow_log;
grant usage, select on sequence events_position to taskflow_log;
grant execute on function append_events, events_ahead to taskflow_log;
do $$
declare
  name text;
begin
  for name in select inhrelid::regclass::text from pg_inherits where inhparent = 'events'::regclass loop
    execute format('grant select on %s to taskflow_log', name);
  end loop;
end $$;
create or replace function events_new_partition(name text) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  execute format('create table %I (like events including defaults including constraints including indexes)', name);
  execute format('alter table %I add constraint %I unique (event_id), add constraint %I unique (stream, version)',
                 name, name || '_event_id_key', name || '_stream_version_key');
  execute format('create trigger events_are_facts before update or delete or truncate on %I '
                 'for each statement execute function events_are_facts()', name);
  execute format('grant select on %I to taskflow_service, taskflow_log', name);
end $$;

-- All: keys to open what they read, states remembered, tries counted, the parked, a sign of life.
grant select on vault_users to taskflow_log;
grant select, insert, update on snapshots, attempts to taskflow_log;
grant delete on attempts to taskflow_log;
grant select, insert on dead_letters to taskflow_log;
grant select, insert, update, delete on service_instances to taskflow_log;
grant select on projection_checkpoints, projection_builds to taskflow_log;

-- The gateway knows addresses, and counts for the status page. It shows pictures.
grant insert on vault_users to taskflow_gateway;
grant select, insert on vault_addresses to taskflow_gateway;
grant select on media, relay_cursor, users to taskflow_gateway;
grant select, insert, update, delete on moves to taskflow_gateway;
grant insert, update on projection_checkpoints to taskflow_gateway;

-- The agent finds old words, and forgets a user who said yes to it.
grant select, insert, update, delete on history_words, moves to taskflow_agent;
grant insert, update on projection_checkpoints to taskflow_agent;
grant update (wrapped_key, forgotten_at) on vault_users to taskflow_agent;
grant select, delete on vault_addresses, media to taskflow_agent;
grant delete on snapshots to taskflow_agent;
grant update on dead_letters to taskflow_agent;

-- A row lock needs a right to change something of the row; nobody reads this column.
grant update (created_at) on vault_users to taskflow_tools, taskflow_scheduler;
grant select, insert on media to taskflow_tools, taskflow_scheduler;

-- The scheduler relays, measures, keeps time, and makes the read models.
grant select, update on relay_cursor, measuring_checkpoint to taskflow_scheduler;
grant insert, update on projection_checkpoints to taskflow_scheduler;
grant select, update on moves to taskflow_scheduler;
grant select, insert, update, delete on
  due_reminders, open_calls, watches, watched_pages, conversation_threads, conversation_messages,
  conversation_replies, users, user_facts, task_reminders, task_calls, task_watches, usage,
  usage_models, usage_active, usage_waiting, usage_unsent
  to taskflow_scheduler;

-- People's commands: what services may, and to settle, drop and forget. Rebuilding and archiving are
-- the owner's.
grant delete on projection_checkpoints to taskflow_operator;
grant select, insert, update, delete on projection_builds to taskflow_operator;
