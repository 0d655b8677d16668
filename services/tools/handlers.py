"""Carries requests to the tools of this service."""

from taskflow.tooling import subscribe

__all__ = ["subscribe"]
