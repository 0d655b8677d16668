"""One stack of real processes a test module; tests use users of their own."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.servers import nats_server, postgres_server
from tests.support.stack import SERVICES, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    home: Path = tmp_path_factory.mktemp("stack")
    with postgres_server() as postgres, nats_server() as bus:
        stack = Stack(home, postgres, bus)
        try:
            stack.prepare()
            stack.start("simulators", *SERVICES)
            yield stack
        finally:
            stack.stop()
        assert stack.refused() == []
