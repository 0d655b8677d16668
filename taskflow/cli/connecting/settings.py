"""What commands that speak with Twilio are told: the gateway's own settings."""

from pydantic import Field, SecretStr

from taskflow.cli.operator import OfTheHouse
from taskflow.process.senders import WhatsAppSenders, senders_of
from taskflow.process.settings import AccountSid, Origin

SANDBOX = "whatsapp:+14155238886"
"""One number for all sandboxes (twilio.com/docs/whatsapp/sandbox)."""


class TwilioAccount(OfTheHouse):
    twilio_account_sid: AccountSid = Field(examples=["AC followed by 32 hex digits"])
    twilio_auth_token: SecretStr = Field(examples=["(from console.twilio.com)"])
    twilio_api_url: Origin | None = None
    """None means Twilio; elsewhere, all of its hosts answer under this address."""


class ConnectSettings(TwilioAccount):
    public_url: Origin = Field(examples=["https://taskflow.example.org"])
    twilio_whatsapp_from: WhatsAppSenders = Field(examples=["whatsapp:+14155238886"])
    taskflow_gateway_port: int = Field(default=8000, ge=1, le=65535)

    @property
    def senders(self) -> tuple[str, ...]:
        """The default first."""
        return senders_of(self.twilio_whatsapp_from)

    @property
    def webhook(self) -> str:
        return f"{self.public_url}/webhook"
