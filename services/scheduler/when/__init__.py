"""When a reminder is meant: from what the model read to a wall time, a zone and a rule.

Imports contracts, taskflow, and the scheduler's recurrence and meant.
Begin with resolver.py: it takes the flat arguments of arguments.py, and asks by unclear.py.
"""
