-- Read model of the agent: which words stand in which message. A word is the MAC of its stem under a
-- key of its user's own, so that one user's words mean nothing in another's search, nor to anybody
-- once the user is forgotten. The texts stay in the log, sealed.
create table history_words (
  event_id uuid        primary key,
  user_id  uuid        not null,
  at       timestamptz not null,
  who      text        not null check (who in ('user', 'us')),
  words    tsvector    not null
);
create index history_words_by_word on history_words using gin (words);
create index history_words_of_user on history_words (user_id);

grant select, insert, update, delete on history_words to taskflow_service;
