"""The past from the log alone: states at a moment, a whole user, a reply's causes. Pure.

Imports log's types and errors.
Begin with past.py and why.py; gathering.py reads what they need.
"""
