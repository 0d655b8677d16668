"""What a name, a place, a language, a zone or a currency is, by libraries' data. Pure.

Imports the profile's words.
Begin with values.py.
"""
