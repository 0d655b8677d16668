"""What a page says of one product's price, or why it says none. Pure.

Imports its own rooms structured and visible, and contracts.
Begin with reading.py.
"""
