"""`make run`: starts the house in order, watches it, leaves nothing behind.

Imports embedded, process and the floors below them.
Begin with supervisor.py; plan.py lists what is started.
"""
