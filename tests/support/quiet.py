"""Services' own code, thousands of times over: without its logs and traces."""

import contextlib
import logging
from collections.abc import Generator
from typing import Any
from unittest.mock import patch

import structlog
from opentelemetry.trace import INVALID_SPAN, Span

from services.scheduler import effects
from taskflow import tooling


@contextlib.contextmanager
def quiet() -> Generator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with patch.object(effects, "span", _no_span), patch.object(tooling, "span", _no_span):
            yield
    finally:
        structlog.reset_defaults()


@contextlib.contextmanager
def _no_span(*_: Any, **__: Any) -> Generator[Span]:
    yield INVALID_SPAN
