"""What `taskflow connect` is told: the gateway's own settings, as far as Twilio is concerned."""

from pydantic import Field, SecretStr

from taskflow.cli.operator import OfTheHouse
from taskflow.process.settings import AccountSid, Origin, WhatsAppSender

SANDBOX = "whatsapp:+14155238886"
"""One number for all sandboxes (twilio.com/docs/whatsapp/sandbox)."""


class ConnectSettings(OfTheHouse):
    public_url: Origin = Field(examples=["https://taskflow.example.org"])
    twilio_account_sid: AccountSid = Field(examples=["AC followed by 32 hex digits"])
    twilio_auth_token: SecretStr = Field(examples=["(from console.twilio.com)"])
    twilio_whatsapp_from: WhatsAppSender = Field(examples=["whatsapp:+14155238886"])
    twilio_api_url: Origin | None = None
    """None means Twilio; elsewhere, both of its hosts answer under this address."""
    taskflow_gateway_port: int = Field(default=8000, ge=1, le=65535)

    @property
    def webhook(self) -> str:
        return f"{self.public_url}/webhook"
