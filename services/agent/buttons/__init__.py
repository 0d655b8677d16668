"""Buttons under replies, the pin behind one, and what code makes of a press without the model.

Imports memory, judging and the agent's root.
Begin with offering.py for what goes out, pressing.py for what comes back.
"""
