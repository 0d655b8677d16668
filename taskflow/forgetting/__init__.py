"""Forgetting a user: one transaction destroys what was theirs; every process hears of it.

Imports log, privacy and the floors below them.
Begin with erasure.py; notices.py tells whoever caches something of users.
"""
