"""Commands about one person's data and the keys over everybody's: export, forget, rewrap-keys.

Imports cli's shared modules and every room of taskflow.
Begin with forgetting.py.
"""
