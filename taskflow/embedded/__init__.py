"""Real PostgreSQL and NATS servers as child processes, from wheels, without root.

Imports clock, errors, bus's permissions and process's table of variables.
Begin with server.py; postgres.py and nats.py are the two servers.
"""
