"""What `taskflow up` reads: all that the services will, so that faults are told before a start."""

from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream
from pydantic import AfterValidator, AliasChoices, Field, SecretStr

from taskflow.errors import Configuration
from taskflow.process.senders import WhatsAppSenders
from taskflow.process.settings import MasterKey, SentryDsn, Settings

ENV_FILE = Path(".env")


def _is_an_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http(s) address, for example: http://127.0.0.1:8000")
    return value.rstrip("/")


def _is_a_database(value: SecretStr) -> SecretStr:
    if urlsplit(value.get_secret_value()).scheme not in {"postgresql", "postgres"}:
        raise ValueError("must be like postgresql://user:password@host:5432/taskflow")
    return value


def _is_a_bus(value: SecretStr) -> SecretStr:
    if urlsplit(value.get_secret_value().split(",")[0]).scheme not in {"nats", "tls", "ws", "wss"}:
        raise ValueError("must be like nats://127.0.0.1:4222")
    return value


Address = Annotated[str, AfterValidator(_is_an_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


class UpSettings(Settings):
    taskflow_home: Path = Path(".taskflow")
    taskflow_gateway_port: Port = 8000
    taskflow_gateway_inner_port: Port = 8001
    taskflow_sim_port: Port = 8100
    taskflow_master_key: MasterKey | None = None
    taskflow_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    taskflow_production: bool = False
    public_url: Address | None = None
    database_url: Annotated[SecretStr, AfterValidator(_is_a_database)] | None = None
    nats_url: Annotated[SecretStr, AfterValidator(_is_a_bus)] | None = None
    twilio_account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")] | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_whatsapp_from: WhatsAppSenders | None = None
    twilio_api_url: Address | None = None
    gemini_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY")
    )
    gemini_api_url: Address | None = None
    serpapi_api_key: SecretStr | None = None
    serpapi_url: Address | None = None
    taskflow_egress_allow: str = ""
    taskflow_chromium: str | None = None
    otel_exporter_otlp_endpoint: Address | None = None
    sentry_dsn: SentryDsn | None = None
    taskflow_jaeger: str | None = None
    taskflow_jaeger_url: Address | None = None

    @classmethod
    def read(cls) -> Self:
        """Raises Configuration with one line for a wrong setting, a wrong line, half a vendor."""
        _check_lines(ENV_FILE)
        settings = cls.load()
        settings.check_vendors()
        settings.check_ports()
        return settings

    def check_ports(self) -> None:
        """Raises Configuration where one port is meant for two."""
        ports = {
            "TASKFLOW_GATEWAY_PORT": self.taskflow_gateway_port,
            "TASKFLOW_GATEWAY_INNER_PORT": self.taskflow_gateway_inner_port,
            "TASKFLOW_SIM_PORT": self.taskflow_sim_port,
        }
        for (name, port), (other, same) in combinations(ports.items(), 2):
            if port == same:
                raise Configuration(f"{name} and {other} are both {port}; set one to another port")

    def check_vendors(self) -> None:
        """Half of a vendor's settings is a slip, not a wish for its simulator."""
        if self.twilio_account_sid or self.twilio_auth_token or self.twilio_api_url:
            _need("TWILIO_ACCOUNT_SID", self.twilio_account_sid, "for example AC and 32 hex digits")
            _need("TWILIO_AUTH_TOKEN", self.twilio_auth_token, "it stands on console.twilio.com")
            _need("TWILIO_WHATSAPP_FROM", self.twilio_whatsapp_from, "like whatsapp:+14155238886")
        if self.gemini_api_url:
            _need("GEMINI_API_KEY", self.gemini_api_key, "GEMINI_API_URL is")
        if self.serpapi_url:
            _need("SERPAPI_API_KEY", self.serpapi_api_key, "SERPAPI_URL is")


def _need(name: str, value: object, hint: str) -> None:
    if not value:
        raise Configuration(f"{name} is not set, {hint} (see .env.example)")


def _is_wrong(line: Binding) -> bool:
    return line.error or (line.key is not None and line.value is None)


def _check_lines(file: Path) -> None:
    """The reader of `.env` passes over what it does not understand; a person means every line."""
    try:
        with file.open(encoding="utf-8") as lines:
            wrong = next(filter(_is_wrong, parse_stream(lines)), None)
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Configuration(f"{file} cannot be read: {why}") from None
    if wrong:
        text = wrong.original.string
        number = wrong.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        raise Configuration(f"{file} line {number} is not NAME=value (see .env.example)")
