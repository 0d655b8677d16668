"""Running read models: folds of the log into tables, with rows and checkpoint in one commit.

Imports log and the floors below it.
Begin with projections.py; rebuilding.py fills a new version beside the old.
"""
