-- Pictures: charts for replies, screenshots that prove a price. Sealed with their user's key, and
-- deleted when the user is forgotten; the hash is of the picture itself.
create table media (
  id           uuid        primary key,
  user_id      uuid        not null references vault_users,
  content_type text        not null,
  sha256       bytea       not null check (octet_length(sha256) = 32),
  sealed       bytea       not null,
  created_at   timestamptz not null default now()
);
-- Ciphertext does not compress.
alter table media alter column sealed set storage external;
create index media_of_user on media (user_id);

grant select, insert, delete on media to taskflow_service;
