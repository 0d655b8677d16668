-- How far the log has been measured: not beside the projections' checkpoints, for those are waited
-- for. What was there before this migration is not counted.
create table measuring_checkpoint (
  singleton      boolean primary key default true check (singleton),
  transaction_id xid8    not null,
  "position"     bigint  not null
);

insert into measuring_checkpoint (transaction_id, "position")
select coalesce(last.transaction_id, '0'), coalesce(last."position", 0)
  from (values (true)) as one
  left join (select transaction_id, "position" from events
              order by transaction_id desc, "position" desc limit 1) as last on true;

grant select, update on measuring_checkpoint to taskflow_service;
