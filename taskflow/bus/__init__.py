"""JetStream: how events reach it and how its deliveries reach handlers.

Imports log and the floors below it.
Begin with bus.py and relay.py; topology.py declares every stream and consumer.
"""
