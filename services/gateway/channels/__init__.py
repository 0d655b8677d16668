"""WhatsApp through Twilio: signatures, forms, statuses, formatting, parts, pacing, the client.

Imports the gateway's settings and decider, taskflow and contracts.
Begin with inbound.py for what comes in, twilio.py for what goes out.
"""
