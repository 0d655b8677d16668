"""A user's own data, as a file that they asked for in the chat.

Imports memory and the agent's root.
Begin with own_data.py.
"""
