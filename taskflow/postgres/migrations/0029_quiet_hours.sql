-- What waits for the end of its user's quiet hours. Nothing here is a fact: what is lost is decided anew.
-- See docs/adr/0073.
create table waiting (
  kind          text        not null check (kind in ('reminder', 'follow_up', 'watch')),
  id            uuid        not null,
  user_id       uuid        not null,
  at            timestamptz not null,  -- the due instant that waits; another one of the same does not
  until         timestamptz not null,
  claimed_until timestamptz not null default '-infinity',
  primary key (kind, id)
);
create index waiting_until on waiting (until);
create index waiting_of_user on waiting (user_id);
grant select, insert, update, delete on waiting to taskflow_scheduler;
