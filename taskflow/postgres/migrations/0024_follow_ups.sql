-- When a reminder that nobody answered is followed up, and who decides that just now. See docs/adr/0066.
alter table due_reminders
  add column follow_up_at timestamptz,
  add column following_until timestamptz not null default '-infinity';
create index due_reminders_follow_ups on due_reminders (follow_up_at) where follow_up_at is not null;
