"""What users say of themselves, read from their words and kept as facts. Pure.

Imports its own rooms phrases and values, and contracts.
Begin with reading.py; changing.py says what changes.
"""
