"""Real PostgreSQL and NATS servers as child processes, from wheels, without root.

Imports clock, errors and bus's permissions.
Begin with server.py; postgres.py and nats.py are the two servers.
"""
