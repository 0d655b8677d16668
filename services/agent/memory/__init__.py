"""What the agent knows of a user between turns: profile, summaries, search in old messages.

Imports asking, judging and the agent's root.
Begin with memory.py.
"""
