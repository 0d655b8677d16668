"""Prices that pages state for machines: JSON-LD, microdata, meta elements.

Imports pages' root and its room prices.
Begin with schema_org.py.
"""
