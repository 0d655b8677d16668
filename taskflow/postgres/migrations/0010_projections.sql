-- How far a projection that is being built anew has come, in tables of its own beside the live ones.
create table projection_builds (
  name           text        not null,
  version        integer     not null,
  transaction_id xid8        not null default '0',
  "position"     bigint      not null default 0,
  started_at     timestamptz not null default now(),
  primary key (name)
);

-- View `conversations`. Texts lie in it as they lie in the log: sealed; the event's id opens them.
create table conversation_threads (
  user_id         uuid        primary key,
  messages        integer     not null default 0,
  replies         integer     not null default 0,
  last_message_at timestamptz,
  last_reply_at   timestamptz
);
create table conversation_messages (
  message uuid        primary key,
  user_id uuid        not null,
  version integer     not null,
  at      timestamptz not null,
  kind    text        not null,
  text    jsonb
);
create index conversation_messages_in_order on conversation_messages (user_id, version);
create table conversation_replies (
  reply      uuid        primary key,
  user_id    uuid        not null,
  version    integer     not null,
  at         timestamptz not null,
  kind       text        not null,
  turn       uuid,
  text       jsonb,
  state      text        not null default 'ready',
  state_at   timestamptz not null,
  parts      integer,
  parts_sent integer     not null default 0
);
create index conversation_replies_in_order on conversation_replies (user_id, version);

-- View `users`. A message opens a window of 24 hours, counted from `last_message_at`.
create table users (
  user_id         uuid        primary key,
  first_seen_at   timestamptz not null,
  last_message_at timestamptz not null,
  messages        integer     not null,
  guessed_zone    text
);
create index users_by_last_message on users (last_message_at);
create table user_facts (
  fact       uuid        primary key,
  user_id    uuid        not null,
  kind       text        not null,
  value      jsonb,
  about      jsonb,
  zone       jsonb,
  learned_at timestamptz not null
);
create index user_facts_of_user on user_facts (user_id, kind);

-- View `tasks`.
create table task_reminders (
  reminder      uuid        primary key,
  user_id       uuid,
  set_by        uuid        not null,
  set_at        timestamptz not null,
  text          jsonb,
  local_time    text        not null,
  zone          text        not null,
  rrule         text,
  fired         integer     not null default 0,
  last_fired_at timestamptz,
  state         text        not null default 'set' check (state in ('set', 'done', 'cancelled'))
);
create index task_reminders_of_user on task_reminders (user_id);
create table task_calls (
  call     uuid        primary key,
  user_id  uuid,
  turn     uuid        not null,
  tool     text        not null,
  asked_at timestamptz not null,
  deadline timestamptz not null,
  outcome  text        not null default 'open' check (outcome in ('open', 'finished', 'failed')),
  code     text,
  took_ms  integer,
  ended_at timestamptz
);
create index task_calls_of_user on task_calls (user_id, asked_at);
create index task_calls_open on task_calls (deadline) where outcome = 'open';
create table task_watches (
  watch         uuid        primary key,
  user_id       uuid,
  set_by        uuid        not null,
  set_at        timestamptz not null,
  goal          text        not null,
  until         date,
  url           jsonb,
  product       jsonb,
  amount        numeric,
  currency      text,
  in_stock      boolean,
  seen_at       timestamptz,
  alerts        integer     not null default 0,
  last_alert_at timestamptz,
  lost_at       timestamptz,
  stopped_by    text,
  stopped_at    timestamptz
);
create index task_watches_of_user on task_watches (user_id);

-- View `usage`: counts only. Milliseconds from the oldest unanswered message to the reply.
create table usage (
  grain        text        not null check (grain in ('hour', 'day')),
  at           timestamptz not null,
  messages     integer     not null default 0,
  active_users integer     not null default 0,
  turns        integer     not null default 0,
  replies      integer     not null default 0,
  errors       integer     not null default 0,
  answered     integer     not null default 0,
  answer_ms    bigint      not null default 0,
  answer_ms_max bigint     not null default 0,
  sent         integer     not null default 0,
  sent_ms      bigint      not null default 0,
  sent_ms_max  bigint      not null default 0,
  primary key (grain, at)
);
create table usage_models (
  grain    text        not null check (grain in ('hour', 'day')),
  at       timestamptz not null,
  model    text        not null,
  answers  integer     not null,
  took_ms  bigint      not null,
  input    bigint      not null,
  output   bigint      not null,
  thoughts bigint      not null,
  cached   bigint      not null,
  total    bigint      not null,
  cost_usd numeric,
  primary key (grain, at, model)
);
-- What it needs to count each user once and to time replies. A user's rows go with the user.
create table usage_active (
  grain   text        not null,
  at      timestamptz not null,
  user_id uuid        not null,
  primary key (user_id, grain, at)
);
create table usage_waiting (
  user_id uuid        primary key,
  since   timestamptz not null
);
create table usage_unsent (
  reply   uuid        primary key,
  user_id uuid        not null,
  since   timestamptz not null
);
create index usage_unsent_of_user on usage_unsent (user_id);

grant select, insert, update, delete on
  projection_builds, conversation_threads, conversation_messages, conversation_replies, users,
  user_facts, task_reminders, task_calls, task_watches, usage, usage_models, usage_active,
  usage_waiting, usage_unsent
  to taskflow_service;
