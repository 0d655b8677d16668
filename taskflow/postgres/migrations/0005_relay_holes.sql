-- How many sequence numbers the bus is known to have lost in its middle, or at its young start: a
-- corrupt block leaves the last one as it was.
alter table relay_cursor add column missing bigint not null default 0;
