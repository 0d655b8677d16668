"""Prices, stock and refusals as people see them on a page.

Imports pages' root and its room prices.
Begin with visible_text.py.
"""
