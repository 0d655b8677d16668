"""What may follow from a model's answer: calls are judged, words are checked. Pure.

Imports the agent's root.
Begin with answers.py; policy.py judges calls, truth.py judges words.
"""
