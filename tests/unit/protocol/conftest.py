"""Simulations run the services' own code, which logs; here thousands of times."""

from collections.abc import Generator

import pytest

from tests.support.quiet import quiet


@pytest.fixture(autouse=True, scope="package")
def _quiet() -> Generator[None]:
    with quiet():
        yield
