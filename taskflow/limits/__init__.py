"""Rates that hold for all replicas together: token buckets.

Imports postgres and the floors below it.
Begin with rates.py, the arithmetic; buckets.py is how replicas share one in PostgreSQL.
"""
