"""What users and turns come to in numbers: measurements from the log, and prices of tokens.

Imports tooling, process and the floors below them.
Begin with measures.py; counting.py follows the log with it.
"""
