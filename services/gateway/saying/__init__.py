"""What one attempt at a reply says: its text in parts, or several texts in one message.

Imports the channels' room for how texts are cut, and the lane's; effects.py imports it.
Begin with composing.py; digest.py decides what goes together.
"""
