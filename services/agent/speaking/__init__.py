"""Which language a turn's user is spoken to in, decided as the turn opens.

Imports memory and the agent's root, and taskflow's words.
Begin with choosing.py, which is pure; identifying.py asks the model of languages.
"""
