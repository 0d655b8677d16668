"""Parts of the agent's review: what of a conversation is decided again beside its turns.

Imports the agent's deciders, memory and takeovers; only review.py imports it.
Begin with profile.py; summary.py and takeover.py stand beside it.
"""
