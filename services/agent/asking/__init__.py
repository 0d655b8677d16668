"""What the model is asked and how: prompts, the conversation as it reads it, Gemini.

Imports judging and the agent's root.
Begin with history.py and gemini.py.
"""
