"""The only way out for pages: a proxy of our own, which the fetcher and the browser go through.

Imports taskflow's telemetry and what belongs to all.
Begin with proxy.py; wall.py resolves, checks and connects.
"""
