"""Price watches: a page looked at when it is due, once for all who watch it.

Imports the scheduler's root, taskflow and contracts.
Begin with decider.py and effects.py.
"""
