"""The `taskflow` command: what its commands share. The commands stand in the rooms below.

Imports every room of taskflow, each command only when it runs.
Begin with main.py.
"""
