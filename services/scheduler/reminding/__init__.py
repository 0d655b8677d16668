"""Reminders as their users know them: by number, how they came, how they change.

Imports the scheduler's root, taskflow and contracts; watches stand above it.
Begin with listing.py.
"""
