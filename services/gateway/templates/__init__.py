"""Texts that WhatsApp has approved: what may go to people who have not written for a day.

Imports the channels' room for the port, and saying for how texts are cut; the gateway imports it.
Begin with wording.py; catalogue.py folds what the log knows of each, command.py is the command.
"""
