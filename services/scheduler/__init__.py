"""Time: reminders fire, watches are looked at, tool calls that outlived their deadline fail.

Imports taskflow and contracts.
Begin with decider.py and effects.py.
"""
