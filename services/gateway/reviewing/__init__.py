"""Parts of the gateway's review: recorded decisions beside those that today's code makes.

Imports the lane and its decider; review.py imports it.
Begin with outcomes.py.
"""
