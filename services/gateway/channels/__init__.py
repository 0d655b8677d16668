"""What carries messages: the port (channel.py), a room for each adapter, and what they share.

Imports the gateway's settings, decider and saying, taskflow and contracts.
Begin with channel.py; twilio/ is WhatsApp, terminal/ is for `taskflow chat`.
"""
