"""Decides what a turn does next, with Gemini, and remembers what users say of themselves.

Imports taskflow and contracts.
Begin with decider.py; effects.py asks the model and records what it said.
"""
