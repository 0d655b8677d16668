"""Quiet hours: when they are, as their user said, and what waits for their end.

Imports the scheduler's recurrence, taskflow and contracts.
Begin with hours.py and tool.py; waking/ says afterwards what has waited.
"""
