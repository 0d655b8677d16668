"""Services' own code, thousands of times over: without its logs and traces."""

import contextlib
import logging
from collections.abc import Generator
from typing import Any
from unittest.mock import patch

import structlog
from opentelemetry.trace import INVALID_SPAN, Span

from services.scheduler import effects
from services.scheduler.watches import effects as watching
from taskflow.bus import asking
from taskflow.tooling import calls

TRACED = (effects, watching, asking, calls)


@contextlib.contextmanager
def quiet() -> Generator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with contextlib.ExitStack() as stack:
            for module in TRACED:
                stack.enter_context(patch.object(module, "span", _no_span))
            yield
    finally:
        structlog.reset_defaults()


@contextlib.contextmanager
def _no_span(*_: Any, **__: Any) -> Generator[Span]:
    yield INVALID_SPAN
