-- Read model of the scheduler: watches by their user's numbers.
create table watches (
  watch    uuid    primary key,
  user_id  uuid    not null,
  number   integer not null,
  page     uuid    not null,
  ended    boolean not null default false,
  unique (user_id, number)
);
create index watches_of_page on watches (page) where not ended;

-- The pages they share, each due once for all of its watchers. Only that a page is watched follows
-- the log; when it is due next is moved by whoever looked.
create table watched_pages (
  page          uuid        primary key,
  due_at        timestamptz not null,
  claimed_until timestamptz not null default '-infinity',
  looked_at     timestamptz,
  failures      integer     not null default 0,
  ever_read     boolean     not null default false,
  joined        integer     not null default 1
);
create index watched_pages_by_due on watched_pages (due_at);

grant select, insert, update, delete on watches, watched_pages to taskflow_service;
