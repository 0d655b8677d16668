"""Flights, the web, products, prices: calls validated, answered in bounded time.

Imports taskflow and contracts.
Begin with registry.py, which lists the tools.
"""
