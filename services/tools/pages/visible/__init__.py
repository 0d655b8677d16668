"""Prices, stock and refusals as people see them on a page.

Imports pages' root.
Begin with visible_text.py.
"""
