"""WhatsApp through Twilio: its client, its two forms and their signature, its list read back.

Imports the gateway's settings, the channels around it, taskflow and contracts.
Begin with inbound.py for what comes in, twilio.py for what goes out.
"""
