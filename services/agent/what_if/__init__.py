"""Recorded turns gone through again with another model or prompt, on a log that keeps nothing.

Imports every room of the agent.
Begin with command.py and rerun.py.
"""
