"""What users say of themselves, kept as facts beside their own words. Pure.

Imports its own room values, and contracts.
Begin with facts.py; changing.py says what a call changes.
"""
