"""A registered sender, whose gateway is reached."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.taskflow.cli.connecting.world import OWN, House, house_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_of(OWN, tmp_path) as found:
        yield found
