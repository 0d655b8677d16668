-- Who a user is. Addresses are found by a keyed hash and kept sealed; destroying the wrapped key
-- forgets the user.
create table vault_users (
  user_id      uuid        primary key,
  wrapped_key  bytea,
  created_at   timestamptz not null default now(),
  forgotten_at timestamptz,
  check ((wrapped_key is null) = (forgotten_at is not null))
);

create table vault_addresses (
  address_hash   bytea       primary key,
  user_id        uuid        not null references vault_users,
  kind           text        not null check (kind in ('phone', 'business_scoped')),
  sealed_address bytea       not null,
  created_at     timestamptz not null default now()
);
create index vault_addresses_of_user on vault_addresses (user_id);

grant select, insert, update on vault_users to taskflow_service;
grant select, insert, update, delete on vault_addresses to taskflow_service;
