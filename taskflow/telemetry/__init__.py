"""What a process tells of itself: log lines, spans and metrics.

Imports only what belongs to all: clock, errors, failpoints.
Begin with logs.py, tracing.py and metrics.py.
"""
