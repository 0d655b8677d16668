-- How far the relay published, and into which incarnation of the bus.
create table relay_cursor (
  singleton       boolean primary key default true check (singleton),
  transaction_id  xid8    not null default '0',
  "position"      bigint  not null default 0,
  stream_created  text    not null default '',
  last_sequence   bigint  not null default 0
);
insert into relay_cursor default values;

-- How far each projection has read; moves in the transaction of its rows.
create table projection_checkpoints (
  name           text    not null,
  version        integer not null,
  transaction_id xid8    not null default '0',
  "position"     bigint  not null default 0,
  primary key (name, version)
);

create table snapshots (
  stream          text    not null,
  decider         text    not null,
  decider_version integer not null,
  version         integer not null,
  state           jsonb   not null,
  primary key (stream, decider)
);

-- From a message's second delivery on, each try at one slot is counted.
create table attempts (
  service    text        not null,
  slot       uuid        not null,
  count      integer     not null,
  counted_at timestamptz not null default now(),
  primary key (service, slot)
);

create table dead_letters (
  id          bigint      generated always as identity primary key,
  service     text        not null,
  event_id    uuid,
  stream      text,
  type        text,
  parked_by   uuid,
  error_code  text        not null,
  error       text        not null,
  attempts    integer     not null,
  trace       text,
  message     text        not null,
  created_at  timestamptz not null default now(),
  settled_at  timestamptz,
  settled_by  text check (settled_by in ('retry', 'drop')),
  check ((settled_at is null) = (settled_by is null))
);
create index dead_letters_open on dead_letters (created_at) where settled_at is null;

-- The event whose delivery must move each stream next; a row that stands long is work that sleeps.
create table moves (
  stream  text        not null,
  service text        not null,
  driver  uuid        not null,
  since   timestamptz not null,
  nudged  integer     not null default 0,
  nudged_at timestamptz,
  primary key (stream, service)
);
create index moves_by_age on moves (since);

create table service_instances (
  instance   uuid        primary key,
  service    text        not null,
  version    text        not null,
  host       text        not null,
  pid        integer     not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
);

grant select, insert, update, delete on
  relay_cursor, projection_checkpoints, snapshots, attempts, dead_letters, moves, service_instances
  to taskflow_service;
