"""Golden conversations and sentences in twenty languages, and what is measured on them.

They import the services' code; nothing imports them. Begin with `cases.py` and docs/evaluation.md.
"""
