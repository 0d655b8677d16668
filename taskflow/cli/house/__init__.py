"""Commands that run a house and look after it: up, doctor, migrate, logs, dlq, projections.

Imports cli's shared modules and every room of taskflow.
Begin with doctor.py.
"""
