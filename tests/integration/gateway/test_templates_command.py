"""`taskflow templates`, as an operator types it."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from typer.testing import CliRunner, Result

from services.gateway.templates.wording import DECLARED
from taskflow.cli import main
from taskflow.process.service import Runtime
from tests.integration.gateway.conftest import House
from tests.support.eventually import eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("as_operator")]


async def typed(words: Sequence[str]) -> Result:
    result = await asyncio.to_thread(CliRunner().invoke, main.app, ["templates", *words])
    assert result.exit_code == 0, (result.output, result.exception)
    return result


async def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    # The gateway of this process writes its logs between the lines.
    lines = (await typed(["status", "--json"])).output.splitlines()
    for line in (one for one in lines if one.startswith("{")):
        status = json.loads(line)["status"]
        found[status] = found.get(status, 0) + 1
    return found


async def test_from_missing_to_approved(house: House, runtime: Runtime) -> None:
    await house.do("/_sim/twilio/review", delay_ms=0)
    assert (await typed(["list"])).output.count("missing") == len(DECLARED)
    assert f"{len(DECLARED)} handed in for review" in (await typed(["sync"])).output
    assert "nothing is missing" in (await typed(["sync"])).output

    async def all_approved() -> bool:
        return await statuses() == {"approved": len(DECLARED)}

    await eventually(all_approved)
    listed = (await typed(["list"])).output
    assert listed.count("approved") == len(DECLARED)
    assert "HX" in listed


async def test_why_one_is_rejected_stands_beside_it(house: House, runtime: Runtime) -> None:
    await house.do("/_sim/twilio/review", delay_ms=0, verdict="reject", reason="no \x1b[31m thanks")
    await typed(["sync"])

    async def all_rejected() -> bool:
        return await statuses() == {"rejected": len(DECLARED)}

    await eventually(all_rejected)
    told = (await typed(["list"])).output
    assert "no" in told
    assert "\x1b[31m" not in told


async def test_a_preview_asks_nobody(house: House) -> None:
    told = (await typed(["preview", "reminder", "de", "--text", "Zahnarzt\nanrufen"])).output
    assert "Zahnarzt · anrufen" in told
    assert "erinnere" in told


@pytest.mark.parametrize("words", [["reminder", "xx"], ["greeting", "en"]])
def test_what_there_is_no_template_for_is_named(words: list[str]) -> None:
    result = CliRunner().invoke(main.app, ["templates", "preview", *words])
    assert result.exit_code != 0
    assert "reminder or alert" in str(result.exception)
