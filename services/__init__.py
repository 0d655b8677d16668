"""The four services: gateway, agent, tools, scheduler.

Each imports taskflow and contracts, never another service: they meet on the bus.
Begin with a service's app.py, which wires it; each has the same file names.
"""
