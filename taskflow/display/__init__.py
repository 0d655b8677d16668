"""Text of strangers made safe for the place where people see it.

Imports nothing of ours.
Begin with foreign_text.py.
"""
