"""Commands that read the log: show, tail, user, why, trace, verify-log, archive.

Imports cli's shared modules and every room of taskflow.
Begin with reading.py.
"""
