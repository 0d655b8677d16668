-- Where each instance answers its probes, and what it says of itself beside that it lives.
alter table service_instances
  add column address text,
  add column told jsonb not null default '{}';
