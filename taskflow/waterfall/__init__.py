"""A turn as bars on a line of time, from Jaeger or from the log.

Imports time_travel and errors.
Begin with bars.py.
"""
