"""The AsyncAPI document: all that somebody who writes a consumer of the bus must know.

Imports bus, process and the floors below them.
Begin with document.py.
"""
