"""The runtime that every service stands on: log, bus, projections, telemetry, commands.

Imports contracts, never services; its rooms stand in floors, kept by import-linter.
Begin with log/event_log.py, bus/bus.py and process/service.py.
"""
