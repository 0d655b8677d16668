"""An operator speaks instead of the bot: takes over, says lines, hands back.

Imports the agent's fold and slots; the commands find desk.py by its entry point.
Begin with deciding.py; desk.py asks it for people, idle.py for the clock.
"""
