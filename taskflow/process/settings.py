"""Settings: built once by whoever starts a process, passed down, never imported as a global."""

import base64
import binascii
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from taskflow.errors import Configuration

KEY_BYTES = 32
SECRETS = "TASKFLOW_SECRETS"


def _is_a_key(value: SecretStr) -> SecretStr:
    try:
        raw = base64.b64decode(value.get_secret_value(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError("must be 32 random bytes in base64, for example: openssl rand -base64 32")
    return value


def _is_a_dsn(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        whole = bool(parts.scheme in {"http", "https"} and parts.hostname and parts.username)
        right = whole and parts.port != 0 and parts.path.rpartition("/")[2].isdecimal()
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be like https://<public key>@<host>/<number of the project>")
    return value


def _is_an_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("must be an http(s) address, for example: https://taskflow.example.org")
    return value.rstrip("/")


Origin = Annotated[str, AfterValidator(_is_an_origin)]
AccountSid = Annotated[str, StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$")]
MasterKey = Annotated[SecretStr, AfterValidator(_is_a_key)]
SentryDsn = Annotated[SecretStr, AfterValidator(_is_a_dsn)]


def _secrets_folder() -> str | None:
    """Where settings lie as files. Raises Configuration for one that is not there."""
    folder = os.environ.get(SECRETS) or None
    if folder and not Path(folder).is_dir():
        raise Configuration(f"{SECRETS} names no folder: {folder}")
    return folder


class Settings(BaseSettings):
    """Read from the environment, then `.env`, then files; names are the vendors' usual ones.

    Files are those of the folder that TASKFLOW_SECRETS names, each named like its setting: as a
    cluster mounts a Secret.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    @classmethod
    def env_files(cls) -> Sequence[Path]:
        """Later ones say more."""
        return (Path(".env"),)

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Raises Configuration with one line that names each wrong setting and its mend."""
        try:
            return cls(**{"_env_file": cls.env_files(), "_secrets_dir": _secrets_folder(), **given})
        except ValidationError as error:
            raise Configuration(explain(error)) from None


class RuntimeSettings(Settings):
    """What every service needs."""

    taskflow_home: Path = Path(".taskflow")
    taskflow_archive: Path | None = None
    """Where archived partitions of the log lie; None: `archive` in the home."""
    taskflow_media: str | None = Field(
        default=None, examples=["s3://bucket/prefix", "/var/lib/taskflow/media"]
    )
    """Where new media lie, sealed; None: in PostgreSQL. Every service is given the same."""
    taskflow_media_key_id: str | None = None
    taskflow_media_secret: SecretStr | None = None
    taskflow_media_region: str = "us-east-1"
    taskflow_media_endpoint: str | None = Field(default=None, examples=["http://minio:9000"])
    """None: Amazon's."""
    database_url: SecretStr = Field(examples=["postgresql://user:password@host:5432/taskflow"])
    taskflow_pool_size: int = Field(default=4, ge=2, le=100)
    """Connections to PostgreSQL in a service's pool, beside those of its followers. All replicas
    together must fit into the server's max_connections (docs/scaling.md)."""
    nats_url: str = Field(examples=["nats://127.0.0.1:4222"])
    taskflow_master_key: MasterKey = Field(examples=["(openssl rand -base64 32)"])
    taskflow_master_key_secondary: MasterKey | None = None
    """While the master key is rotated: the other one, which only opens (docs/security.md)."""
    taskflow_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    taskflow_log_format: Literal["console", "json"] = "console"
    """What a service writes where it was started: lines for people, or what the log file has."""
    nats_monitor_url: str | None = Field(default=None, examples=["http://127.0.0.1:8222"])
    """Where NATS tells of itself; production checks there that it writes before it acks."""
    taskflow_probe_host: str = "127.0.0.1"
    taskflow_probe_port: int = Field(default=0, ge=0, le=65535)
    """Where a service answers /live, /ready and /metrics; 0: on any free port. The gateway does so
    on its own."""
    taskflow_production: bool = False
    """True refuses what is only good on a laptop, such as a NATS without sync_interval: always."""
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None, examples=["http://localhost:4318"]
    )
    otel_traces_sampler: Literal[
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ] = "parentbased_always_on"
    otel_traces_sampler_arg: float = Field(default=1.0, ge=0, le=1)
    """The share of traces that are kept, where the sampler is one of ratio."""
    sentry_dsn: SentryDsn | None = None
    """Where errors are reported; None: nowhere."""
    sentry_environment: str = "production"

    @property
    def master_keys(self) -> tuple[bytes, ...]:
        """All is made with the first; the second, if there is one, only opens and checks."""
        named = (self.taskflow_master_key, self.taskflow_master_key_secondary)
        return tuple(
            base64.b64decode(master_key.get_secret_value()) for master_key in named if master_key
        )

    @property
    def archive_folder(self) -> Path:
        return self.taskflow_archive or self.taskflow_home / "archive"

    @property
    def dsn(self) -> str:
        return self.database_url.get_secret_value()


def explain(error: ValidationError) -> str:
    """Names and reasons only: a wrong value may be a secret."""
    lines: list[str] = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(fault["loc"][0]).upper() if fault["loc"] else "settings"
        what = (
            "is not set"
            if fault["type"] == "missing"
            else fault["msg"].removeprefix("Value error, ")
        )
        lines.append(f"{name} {what}")
    return "; ".join(lines) + " (see .env.example)"
