"""How a process reaches PostgreSQL: connections, migrations, wake-ups by NOTIFY.

Imports telemetry and what belongs to all.
Begin with database.py; the tables are in migrations/.
"""
