"""Bad options are told in one line, before anything is connected to."""

import pytest
from typer.testing import CliRunner

from taskflow.cli.main import app
from taskflow.cli.past import archive, verify_log
from taskflow.errors import Configuration
from taskflow.log.hash_chain import Head


@pytest.mark.parametrize("command", ["archive", "verify-log"])
def test_help_has_an_example(command: str) -> None:
    told = CliRunner().invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert f"Example: taskflow {command}" in told.output
    assert "--json" in told.output


def test_a_number_is_a_position_and_anything_else_a_time() -> None:
    assert archive.before("1000") == 1000
    assert archive.before("90d ago") is None


async def test_a_bad_time_is_told_with_what_was_wanted() -> None:
    with pytest.raises(Configuration, match="--before wants a time such as"):
        await archive.archive("whenever", None, close=False, json=False, grace=0)


def test_a_head_is_read_as_it_was_printed() -> None:
    kept = Head(812, 96, "ab" * 32)
    assert verify_log.head(str(kept)) == kept


@pytest.mark.parametrize("text", ["", "812-96", f"812-96-{'xy' * 32}", "ab" * 32])
async def test_a_head_that_none_is_names_what_was_wanted(text: str) -> None:
    with pytest.raises(Configuration, match="--head wants what an earlier run printed"):
        verify_log.head(text)


async def test_a_head_is_of_the_whole_log() -> None:
    with pytest.raises(Configuration, match="leave out --stream"):
        await verify_log.verify_log(stream="s", since=str(Head(1, 1, "ab" * 32)), json=False)
