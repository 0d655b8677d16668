"""What the simulators are told; the accounts and keys are those that the services use."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from taskflow.process.senders import WhatsAppSenders, senders_of
from taskflow.process.settings import Settings


def _is_an_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http(s) URL, for example: http://127.0.0.1:8000/webhook")
    return value.rstrip("/")


HttpAddress = Annotated[str, AfterValidator(_is_an_http_url)]


EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


class SimulatorSettings(Settings):
    taskflow_sim_host: str = "127.0.0.1"
    taskflow_sim_hosts: str = Field(default="", examples=["simulators,phone.example.lan"])
    """By which names they are called beside loopback's, separated by commas: others are refused."""
    taskflow_sim_port: int = Field(default=8100, ge=0, le=65535)
    taskflow_home: Path = Path(".taskflow")
    taskflow_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    twilio_account_sid: str = Field(
        default="AC" + "0" * 32, pattern="^AC[0-9a-fA-F]{32}$", examples=["AC" + "0" * 32]
    )
    twilio_auth_token: SecretStr = SecretStr("simulated-twilio-token")
    twilio_whatsapp_from: WhatsAppSenders = "whatsapp:+14155238886"
    """The account's senders, separated by commas; the first is the one that phones write to."""
    taskflow_sim_messaging_service: str = Field(
        default="", pattern="^(MG[0-9a-fA-F]{32})?$", examples=["MG" + "0" * 32]
    )
    """One with Advanced Opt-Out that the sender is in: Twilio then keeps STOP and START itself."""
    gemini_api_key: SecretStr = SecretStr("simulated-gemini-key")
    serpapi_api_key: SecretStr = SecretStr("simulated-serpapi-key")
    taskflow_sim_webhook_url: HttpAddress = "http://127.0.0.1:8000/webhook"
    """Where inbound messages are POSTed."""
    twilio_api_url: HttpAddress | None = None
    """By which the simulated Twilio is called; None means by the address that a request came to."""
    public_url: HttpAddress | None = None
    """The origin that Twilio signs; None means that of the webhook URL."""

    @property
    def hosts(self) -> frozenset[str]:
        named = {self.taskflow_sim_host, *self.taskflow_sim_hosts.split(",")}
        return frozenset(name.strip().lower() for name in named) - {"", *EVERY_ADDRESS}

    @property
    def webhook_url(self) -> str:
        return self.taskflow_sim_webhook_url

    @property
    def signed_webhook_url(self) -> str:
        """Twilio signs the URL it was configured with, not the one behind the proxy."""
        parts = urlsplit(self.webhook_url)
        origin = self.public_url or f"{parts.scheme}://{parts.netloc}"
        return origin + (parts.path or "/webhook")

    @property
    def senders(self) -> tuple[str, ...]:
        return senders_of(self.twilio_whatsapp_from)

    @property
    def business_addresses(self) -> tuple[str, ...]:
        """The numbers without their channel, as the phone shows them."""
        return tuple(sender.removeprefix("whatsapp:") for sender in self.senders)

    @property
    def business_address(self) -> str:
        return self.business_addresses[0]
