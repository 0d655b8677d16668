-- Whose state a snapshot holds, so that it goes with its user. Older ones only shortened the way.
alter table snapshots add column user_id uuid;
delete from snapshots;
create index snapshots_of_user on snapshots (user_id) where user_id is not null;

-- Every process asks now and then who was forgotten lately, should it have missed the notification.
create index vault_users_by_forgetting on vault_users (forgotten_at) where forgotten_at is not null;
