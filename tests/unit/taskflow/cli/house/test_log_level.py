"""What `taskflow log-level` makes of its words."""

import pytest

from taskflow.cli.house.log_level import understood
from taskflow.errors import Configuration
from taskflow.telemetry.levels import LevelChange


@pytest.mark.parametrize(
    ("words", "lasts", "meant"),
    [
        ([], None, LevelChange()),
        (["agent"], None, LevelChange(service="agent")),
        (["DEBUG"], None, LevelChange(level="DEBUG")),
        (["warning"], "10m", LevelChange(level="WARNING", seconds=600)),
        (["tools", "debug"], "2h", LevelChange(service="tools", level="DEBUG", seconds=7200)),
        (["tools", "ERROR"], "7d", LevelChange(service="tools", level="ERROR", seconds=7 * 86_400)),
    ],
)
def test_a_service_a_level_both_or_nothing(
    words: list[str], lasts: str | None, meant: LevelChange
) -> None:
    assert understood(words, lasts) == meant


@pytest.mark.parametrize(
    ("words", "lasts", "said"),
    [
        (["VERBOSE"], None, r"'VERBOSE' is no service \(agent, .*\) and no level \(DEBUG, "),
        (["agnt", "DEBUG"], None, r"'agnt' is no service \(agent, gateway, scheduler, tools\)"),
        (["simulators", "DEBUG"], None, "'simulators' is no service"),
        (["DEBUG", "agent"], None, r"'DEBUG agent' is not \[service\] LEVEL"),
        (["agent", "tools", "DEBUG"], None, r"is not \[service\] LEVEL; services are agent, "),
        (["agent"], "10m", "--for wants a level to go back from"),
        (["DEBUG"], "soon", "--for wants a span such as .*, not 'soon'"),
        (["DEBUG"], "8d", "--for is at most 7d, not '8d'"),
    ],
)
def test_what_is_wrong_is_named(words: list[str], lasts: str | None, said: str) -> None:
    with pytest.raises(Configuration, match=said):
        understood(words, lasts)
