"""A service's process from start to grace: settings, what runs in it, error reports, watchdog.

Imports every room that runs inside a service.
Begin with service.py.
"""
