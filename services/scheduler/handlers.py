"""Carries requests to the tools of time."""

from taskflow.tooling import subscribe

__all__ = ["subscribe"]
