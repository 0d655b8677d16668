"""How replies read: their text in WhatsApp's form and in parts, buttons, several texts in one.

Imports nothing of the gateway; the channels, the templates and composing.py import it.
Begin with sayable.py; parts.py cuts, formatting.py marks up, digest.py joins.
"""
