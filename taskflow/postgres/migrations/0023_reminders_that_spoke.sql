-- When a reminder spoke last, and by which reply: whether that was delivered, the log and the view
-- of conversations tell. Existing rows are filled as their projections are built anew.
alter table due_reminders add column fired_at timestamptz;
create index due_reminders_spoken on due_reminders (user_id, fired_at) where due_at is null;
alter table task_reminders add column last_reply uuid;
