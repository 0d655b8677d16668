#!/bin/sh
# Runs once, on an empty disk, as the superuser: the owner of the tables, and a login for each service.
# The owner makes them, so that it may give them rights; `taskflow migrate` does.
set -eu
password() { cat "${SECRETS:-/run/secrets/postgres}/$1"; }
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set owner="$(password OWNER_PASSWORD)" --set operator="$(password OPERATOR_PASSWORD)" \
  --set gateway="$(password GATEWAY_PASSWORD)" --set agent="$(password AGENT_PASSWORD)" \
  --set tools="$(password TOOLS_PASSWORD)" --set scheduler="$(password SCHEDULER_PASSWORD)" <<'SQL'
create role taskflow login createrole password :'owner';
-- Which `taskflow migrate` gives to whoever destroys what was forgotten.
grant pg_checkpoint, pg_monitor to taskflow with admin option;
create database taskflow owner taskflow;
revoke all on database taskflow from public;
set role taskflow;
create role taskflow_operator login password :'operator';
create role taskflow_gateway login password :'gateway';
create role taskflow_agent login password :'agent';
create role taskflow_tools login password :'tools';
create role taskflow_scheduler login password :'scheduler';
grant connect on database taskflow
  to taskflow_operator, taskflow_gateway, taskflow_agent, taskflow_tools, taskflow_scheduler;
SQL
