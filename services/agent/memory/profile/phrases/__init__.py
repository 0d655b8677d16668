"""How people say things of themselves, in each language that is read. Pure.

Imports values and the profile's root.
Begin with rules.py and english.py.
"""
