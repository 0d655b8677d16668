"""`taskflow connect`: whether messages get from a real phone to the gateway, and back.

Imports what all commands share, and the bottom floors; no service.
Begin with checks.py; twilio.py has each request to Twilio, tunnel.py the way in from outside.
"""
