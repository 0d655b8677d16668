-- When an address was last written from, to the day: replies go to the newest one. See docs/adr/0041.
alter table vault_addresses add column written_at timestamptz;

-- A message that gives a person another address waits for a forgetting of theirs, and it for the message.
grant update (created_at) on vault_people to taskflow_gateway;
grant delete on vault_addresses to taskflow_gateway;
grant update (written_at) on vault_addresses to taskflow_gateway;
