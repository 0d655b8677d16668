-- Token buckets that replicas share, each as the moments of a virtual clock. See docs/adr/0067.
-- Unlogged: a take waits for no disk, and after a crash of the server every bucket is full.
create unlogged table token_buckets (
  key      text        primary key,
  full_at  timestamptz not null,  -- when the bucket is full again; behind now + burst * every: it owes
  share_at timestamptz not null,  -- from when on the patient get one although none is there
  line_at  timestamptz not null   -- when the next one that is sent away shall come back
) with (fillfactor = 50);

-- The urgent borrow, as far as the next `borrow_` tell; the patient take what is there, and always one in
-- ten. Who gets none is given a time to come back, one behind another. Times are this server's.
create function take_tokens(
  key_ text, every_ interval, burst_ int, borrow_ interval, urgent_ int, patient_ int,
  out at timestamptz,          -- now, under the bucket's lock
  out urgent_at timestamptz,   -- of the first token of the urgent, the others `every_` apart; past: at once
  out urgent_given int,
  out patient_at timestamptz,
  out patient_given int,
  out back_at timestamptz      -- when the first one that was sent away comes back, the others `every_` apart
) language plpgsql volatile as $$
declare
  bucket token_buckets;
  each_s constant double precision := extract(epoch from every_);
  room int;
begin
  select * into bucket from token_buckets where key = key_ for update;
  if not found then
    insert into token_buckets values (key_, '-infinity', '-infinity', '-infinity') on conflict do nothing;
    select * into bucket from token_buckets where key = key_ for update;
  end if;
  at := clock_timestamp();
  -- Nobody waits longer than anybody can have borrowed, should the clock have been set back.
  bucket.full_at := least(greatest(bucket.full_at, at), at + borrow_ + (burst_ + 1) * every_);
  bucket.share_at := least(bucket.share_at, at + 10 * every_);
  bucket.line_at := least(bucket.line_at, at + interval '1 hour');

  room := burst_ - ceil(extract(epoch from bucket.full_at - at - borrow_) / each_s);
  urgent_given := least(urgent_, greatest(room, 0));
  urgent_at := bucket.full_at - (burst_ - 1) * every_;
  bucket.full_at := bucket.full_at + urgent_given * every_;

  room := burst_ - ceil(extract(epoch from bucket.full_at - at) / each_s);
  patient_given := least(patient_, greatest(room, 0));
  if patient_given = 0 and patient_ > 0 and bucket.share_at <= at then
    patient_given := 1;
  end if;
  patient_at := bucket.full_at - (burst_ - 1) * every_;
  if patient_given > 0 then
    bucket.full_at := bucket.full_at + patient_given * every_;
    bucket.share_at := at + 10 * every_;
  end if;

  back_at := greatest(bucket.line_at, at + every_);
  bucket.line_at := back_at + (urgent_ + patient_ - urgent_given - patient_given) * every_;
  update token_buckets
     set full_at = bucket.full_at, share_at = bucket.share_at, line_at = bucket.line_at
   where key = key_;
end $$;

grant select, insert, update on token_buckets to taskflow_gateway;
