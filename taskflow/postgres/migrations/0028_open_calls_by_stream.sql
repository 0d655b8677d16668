-- A reminder that falls due while its user is answered waits for the answer. See docs/adr/0070.
create index open_calls_by_stream on open_calls (stream);
