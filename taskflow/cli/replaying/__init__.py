"""`taskflow replay`: verify, publish, what-if.

Imports cli's shared modules and every room of taskflow.
Begin with replay.py.
"""
