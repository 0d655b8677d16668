"""A user asks to be forgotten, is asked back once, and says goodbye. Pure.

Imports memory, judging and the agent's root.
Begin with leaving.py; parting.py is the end of the conversation.
"""
