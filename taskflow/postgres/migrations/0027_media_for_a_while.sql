-- A file of a user's own data lies in the media store for a while. Beside this the release before goes on.
alter table media add column expires_at timestamptz;
create index media_by_expiry on media (expires_at) where expires_at is not null;
grant insert on media to taskflow_agent;
grant delete on media to taskflow_scheduler;
