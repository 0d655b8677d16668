"""Whose text this is, and who may open it: addresses, keys, sealing, sealed pictures.

Imports postgres and the floors below it.
Begin with vault.py and sealing.py.
"""
