"""A conversation in a terminal: an adapter that keeps nothing, and the door of `taskflow chat`.

Imports the gateway's settings, the channels around it, taskflow and contracts.
Begin with door.py for what comes in, terminal.py for what goes out.
"""
