"""Old partitions of the log as files, read as one with what is live.

Imports hash_chain.py beside it, postgres and the floors below.
Begin with archive.py; storing.py writes the files.
"""
