"""One price text, read exactly or not at all: which number, which currency, and what it is.

Imports locale_hints.py of pages' root.
Begin with money.py.
"""
