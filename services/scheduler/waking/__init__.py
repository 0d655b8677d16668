"""The end of quiet hours: all that waited for it, of one user, is told by one message.

Imports the scheduler's reminders, watches and quiet hours, taskflow and contracts.
Begin with waking.py; untold.py tells what is still to be said.
"""
