-- When each person was last written to by a template: WhatsApp limits how many that are in 24 hours.
create table template_people (
  user_id uuid        primary key,
  at      timestamptz not null
);
create index template_people_by_time on template_people (at);
grant select on template_people to taskflow_gateway;
grant select, insert, update, delete on template_people to taskflow_scheduler;
