"""Two commits beside each other: the same turns by the same load, in rounds that alternate.

Each commit's `taskflow up` runs from a checkout of its own and is driven from outside: by its
settings, webhooks and processes. Only this package and what it imports is of the running tree.
"""
