"""Running read models: folds of the log into tables, with rows and checkpoint in one commit.

Imports log and the floors below it.
Begin with projector.py; rebuilding.py fills a new version beside the old.
"""
