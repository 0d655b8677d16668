"""Prices that pages state for machines: JSON-LD, microdata, meta elements.

Imports pages' root.
Begin with schema_org.py.
"""
