"""What the code says of itself, for the rules to hold manifests against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from opentelemetry.sdk import environment_variables
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from services.agent.settings import AgentSettings
from services.gateway.channels.twilio import twilio
from services.gateway.settings import GatewaySettings
from services.scheduler.settings import SchedulerSettings
from services.tools.settings import ToolsSettings
from simulators.settings import SimulatorSettings
from taskflow.bus.bus import GRACE_SECONDS
from taskflow.cli.house.operate import BusSettings, DatabaseSettings
from taskflow.cli.operator import OperatorSettings
from taskflow.process.settings import SECRETS, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
PREFIX = "taskflow/"
BROWSER_PORT = 3000

SETTINGS: Mapping[str, type[Settings] | None] = {
    "gateway": GatewaySettings,
    "agent": AgentSettings,
    "tools": ToolsSettings,
    "scheduler": SchedulerSettings,
    "simulators": SimulatorSettings,
    "migrate": DatabaseSettings,
    "provision": BusSettings,
    "operator": OperatorSettings,
    "browser": None,
}
"""By pod."""
LISTENS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gateway": ("TASKFLOW_GATEWAY_PORT", ("/live", "/ready")),
    "agent": ("TASKFLOW_PROBE_PORT", ("/live", "/ready")),
    "tools": ("TASKFLOW_PROBE_PORT", ("/live", "/ready")),
    "scheduler": ("TASKFLOW_PROBE_PORT", ("/live", "/ready")),
    "simulators": ("TASKFLOW_SIM_PORT", ("/robots.txt",)),
    "browser": ("", ("/",)),
}
"""By image: the setting of its port, and what answers a probe there."""
_ALSO_SECRET = {"NATS_URL"}
"""It holds a password, though its type does not say so."""
_STOPS_SECONDS = GRACE_SECONDS + 5 + 5 + 3
"""The bus hands back, HTTP drains, the last spans leave (taskflow/process/service.py)."""


@dataclass(frozen=True, slots=True)
class House:
    targets: frozenset[str]
    """Of deploy/Dockerfile."""
    settings: Mapping[str, Mapping[str, bool]]
    """By pod: each name, and whether it must be told."""
    secret: frozenset[str]
    longest_step: Mapping[str, float]
    """By image: seconds until it has stopped, its longest step done."""
    listens: Mapping[str, tuple[str, tuple[str, ...]]]

    def target(self, image: str) -> str | None:
        """Of an image of ours, whatever the registry."""
        name = image.partition("@")[0].rpartition(":")[0] or image
        head, _, target = name.rpartition("/")
        return target if f"{head}/".endswith(PREFIX) else None

    def known(self, pod: str) -> set[str]:
        return {*self.settings.get(pod, {}), SECRETS}

    def required(self, pod: str) -> set[str]:
        return {name for name, needed in self.settings.get(pod, {}).items() if needed}


@cache
def house() -> House:
    settings = {pod: _names(of) for pod, of in SETTINGS.items()} | {"browser": _of_scripts()}
    secret = {
        name
        for of in SETTINGS.values()
        if of
        for field, info in of.model_fields.items()
        if _is_secret(info.annotation)
        for name in _called(field, info)
    }
    return House(
        targets=frozenset(targets()),
        settings=settings,
        secret=frozenset(secret | _ALSO_SECRET),
        longest_step={
            "gateway": max(_STOPS_SECONDS, twilio.CALL_SECONDS),
            "agent": max(
                _STOPS_SECONDS, AgentSettings.model_fields["model_timeout"].default.seconds
            ),
            "tools": max(_STOPS_SECONDS, *_timeouts("tools")),
            "scheduler": _STOPS_SECONDS,
        },
        listens=LISTENS,
    )


def _of_scripts() -> dict[str, bool]:
    """What the browser's image reads: variables with defaults."""
    scripts = (one for one in (ROOT / "deploy" / "browser").iterdir() if one.is_file())
    found = (re.findall(r"\$\{([A-Z_]+):-", one.read_text(encoding="utf-8")) for one in scripts)
    return {name: False for each in found for name in each}


def targets() -> list[str]:
    """None while there is no Dockerfile."""
    text = DOCKERFILE.read_text(encoding="utf-8") if DOCKERFILE.exists() else ""
    return re.findall(r"(?im)^FROM\s.*\sAS\s+(\S+)\s*$", text)


def _names(of: type[Settings] | None) -> dict[str, bool]:
    if of is None:
        return {}
    fields = of.model_fields.items()
    # Other names of a setting are known, but only its own is asked for.
    own = {
        name: info.is_required() and name == (field.upper() if field.upper() in names else names[0])
        for field, info in fields
        for names in [_called(field, info)]
        for name in names
    }
    if "otel_exporter_otlp_endpoint" not in of.model_fields:
        return own
    return {**dict.fromkeys(_opentelemetry(), False), **own}


def _called(field: str, info: FieldInfo) -> list[str]:
    if isinstance(info.validation_alias, AliasChoices):
        return [str(name) for name in info.validation_alias.choices]
    return [field.upper()]


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(one) for one in get_args(annotation))


def _opentelemetry() -> list[str]:
    return [name for name in vars(environment_variables) if name.startswith("OTEL_")]


def _timeouts(service: str) -> list[float]:
    """Of the tools it offers, as their modules say."""
    sources = (ROOT / "services" / service).rglob("*.py")
    found = (re.findall(r"timeout_s=(\d+)", one.read_text(encoding="utf-8")) for one in sources)
    return [float(seconds) for each in found for seconds in each]
