"""A machine whose clock is set to some zone: what is decided may not depend on it."""

import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest


@contextmanager
def machine_in(zone: str) -> Generator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()
