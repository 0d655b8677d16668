"""The append-only log: appends by slot, reading in commit order, folds of its streams.

Imports privacy and the floors below it.
Begin with event_log.py; group_commit.py is how appends share a transaction.
"""
