-- Media may lie in a folder or a bucket, of which `media` keeps the name; and some of them for a while only.
-- Beside this the release before goes on, as long as TASKFLOW_MEDIA is not set.
alter table media alter column sealed drop not null;
alter table media add column place text unique;
alter table media add column expires_at timestamptz;
alter table media add constraint media_lies_somewhere check ((sealed is null) <> (place is null));
create index media_by_expiry on media (expires_at) where expires_at is not null;

-- What lies there, and when it is to be deleted: it is noted before it is written, and kept once a row of
-- `media` names it. So whoever dies in between leaves nothing behind.
create table media_objects (
  name text        primary key,
  due  timestamptz
);
create index media_objects_by_due on media_objects (due) where due is not null;

grant insert on media to taskflow_agent;
grant delete on media to taskflow_scheduler;
grant select, insert, update on media_objects to taskflow_gateway, taskflow_agent, taskflow_tools;
grant select, insert, update, delete on media_objects to taskflow_scheduler;
grant select, update on media_objects to taskflow_operator;
