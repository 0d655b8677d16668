"""Whether the words that a call names are the user's own, and may carry it. Pure.

Imports judging's addresses, and the agent's root.
Begin with wishes.py; what counts as typed is own_words.py, what an argument rests on arguments.py.
"""
