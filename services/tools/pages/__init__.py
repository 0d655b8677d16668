"""What a page says of one product's price, or why it says none. Pure.

Imports its own rooms structured, visible and prices, and contracts.
Begin with reading.py.
"""
