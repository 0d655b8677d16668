"""Takes messages in from channels, sends replies out, one lane a user.

Imports taskflow and contracts.
Begin with webhooks.py for what comes in, handlers.py for what goes out.
"""
