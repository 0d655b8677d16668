-- Read model of the scheduler: reminders with their next due instant, and tool calls still open.
create table due_reminders (
  reminder      uuid        primary key,
  user_id       uuid        not null,
  number        integer     not null,
  local_time    text        not null,
  zone          text        not null,
  rrule         text,
  due_at        timestamptz,
  claimed_until timestamptz not null default '-infinity',
  unique (user_id, number)
);
create index due_reminders_by_due on due_reminders (due_at) where due_at is not null;

create table open_calls (
  call      uuid        primary key,
  stream    text        not null,
  tool      text        not null,
  deadline  timestamptz not null
);
create index open_calls_by_deadline on open_calls (deadline);

grant select, insert, update, delete on due_reminders, open_calls to taskflow_service;
