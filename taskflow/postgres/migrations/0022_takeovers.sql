-- Conversations that an operator has the word in, and since when they say nothing. See docs/adr/0065.
create table open_takeovers (
  user_id uuid primary key,
  takeover uuid not null,
  spoke_at timestamptz not null
);
grant select, insert, update, delete on open_takeovers to taskflow_agent, taskflow_operator;
grant select on open_takeovers to taskflow_gateway;
