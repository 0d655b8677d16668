"""One stack of real processes a test module; tests use users of their own."""

from collections.abc import Generator

import pytest

from tests.support.house import running
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
        assert stack.refused() == []
