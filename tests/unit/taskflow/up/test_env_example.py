import re
from pathlib import Path

from services.agent.settings import AgentSettings
from services.gateway.settings import GatewaySettings
from services.scheduler.settings import SchedulerSettings
from services.tools.settings import ToolsSettings
from simulators.settings import SimulatorSettings
from taskflow.cli.connecting.settings import ConnectSettings
from taskflow.cli.operator import OperatorSettings
from taskflow.up.settings import UpSettings

EXAMPLE = Path(__file__).parents[4] / ".env.example"
EVERYONES = (
    UpSettings,
    GatewaySettings,
    AgentSettings,
    ToolsSettings,
    SchedulerSettings,
    SimulatorSettings,
    OperatorSettings,
    ConnectSettings,
)


def test_the_example_lists_every_setting_commented_out() -> None:
    lines = EXAMPLE.read_text().splitlines()
    listed = {found[1] for line in lines if (found := re.match(r"#([A-Z_]+)=", line))}
    known = {name.upper() for settings in EVERYONES for name in settings.model_fields}
    assert known - listed == set()
    assert listed - known == set()
    assert [line for line in lines if line and not line.startswith("#")] == []
