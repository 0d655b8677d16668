"""Looks at shops' pages, by plain HTTP or in a browser, and the tools that ask for them.

Imports pages, egress, taskflow.
Begin with looking.py.
"""
