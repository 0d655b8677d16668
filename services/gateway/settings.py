"""What the gateway needs to know."""

from pydantic import AwareDatetime, Field, SecretStr

from taskflow.errors import Configuration
from taskflow.process.senders import WhatsAppSenders, senders_of
from taskflow.process.settings import AccountSid, Origin, RuntimeSettings


class GatewaySettings(RuntimeSettings):
    taskflow_pool_size: int = Field(default=6, ge=2, le=100)
    taskflow_gateway_host: str = "127.0.0.1"
    taskflow_gateway_port: int = Field(default=8000, ge=0, le=65535)
    taskflow_gateway_inner_host: str = "127.0.0.1"
    taskflow_gateway_inner_port: int = Field(default=8001, ge=0, le=65535)
    """/metrics and /metrics/targets, for the inside alone; 0 is any free port."""
    public_url: Origin = Field(examples=["https://taskflow.example.org"])
    """Where Twilio reaches us: what it signs."""
    twilio_account_sid: AccountSid = Field(examples=["AC followed by 32 hex digits"])
    twilio_auth_token: SecretStr = Field(examples=["(from console.twilio.com)"])
    twilio_auth_token_secondary: SecretStr | None = None
    """Accepted too while the token is being rotated."""
    twilio_whatsapp_from: WhatsAppSenders = Field(
        examples=["whatsapp:+14155238886", "whatsapp:+15550100000,whatsapp:+14155238886"]
    )
    """From which numbers we write, separated by commas. A person hears from the one that they
    wrote to last, or from the first, once theirs is not among them any more."""
    twilio_api_url: Origin | None = Field(default=None, examples=["http://127.0.0.1:8100/twilio"])
    """None means Twilio."""
    twilio_media_hosts: str = Field(
        default="mms.twiliocdn.com,media.twiliocdn.com,s3-external-1.amazonaws.com",
        examples=["mms.twiliocdn.com"],
    )
    """Where Twilio may send us for what people sent, beside its own host; separated by commas."""
    taskflow_check_signatures: bool = True
    """False lets anybody write in anybody's name: for development only."""
    taskflow_backfill_seconds: float = Field(default=120.0, gt=0)
    """Between looks into Twilio's list for messages that never reached us."""
    taskflow_webhook_seconds: float = Field(default=20.0, ge=0)
    """Within which Twilio brings a message by its webhook, or gives up: 15 s unless the webhook's
    address says otherwise (#rt=). A younger message that its list shows is left to the webhook."""
    taskflow_templates_seconds: float = Field(default=300.0, gt=0)
    """Between looks at what WhatsApp made of the templates."""
    taskflow_templates_sync: bool = False
    """Hands the templates that are missing at Twilio in by itself, as `taskflow templates sync`."""
    taskflow_template_people: int = Field(default=250, ge=0)
    """How many people WhatsApp lets us write to by template in 24 hours: 250 at first, and more as
    it trusts the sender; 0: no limit. An alert tells before it is reached."""
    taskflow_unknown_seconds: float = Field(default=120.0, ge=20)
    """Until the outcome of a send that nobody knows is assumed. Longer than a claim may wait for
    its POST, and the POST for its answer; a sender that sleeps longer may send twice."""
    taskflow_terminal: bool = False
    """Lets whoever holds the master key talk by `taskflow chat`, on the inner port."""
    taskflow_restored_to: AwareDatetime | None = Field(
        default=None, examples=["2026-11-26T10:00:00Z"]
    )
    """To which moment the database was restored, if it was: what Twilio sent after it is not sent
    again. Unset it when the oldest of those messages is a day old."""
    taskflow_phone_url: Origin | None = Field(default=None, examples=["http://127.0.0.1:8100"])
    """A simulated phone that the status page links to."""
    taskflow_jaeger_url: Origin | None = Field(default=None, examples=["http://127.0.0.1:16686"])
    """Where the status page sends people to look at traces."""
    taskflow_send_per_second: float = Field(default=80.0, gt=0)
    """Twilio's default rate of a WhatsApp sender; all replicas together keep to it, for each."""
    taskflow_user_burst: int = Field(default=45, ge=1)
    """Messages that a user gets at once; then one in six seconds, as WhatsApp takes them."""

    def terminal(self) -> bool:
        """Raises Configuration for one in production."""
        if self.taskflow_terminal and self.taskflow_production:
            raise Configuration(
                "TASKFLOW_TERMINAL lets an operator write as a user: take it out, or unset "
                "TASKFLOW_PRODUCTION"
            )
        return self.taskflow_terminal

    @property
    def senders(self) -> tuple[str, ...]:
        """The default first."""
        return senders_of(self.twilio_whatsapp_from)

    @property
    def media_hosts(self) -> frozenset[str]:
        named = (host.strip().lower() for host in self.twilio_media_hosts.split(","))
        return frozenset(host for host in named if host)

    @property
    def tokens(self) -> list[str]:
        secrets = [self.twilio_auth_token, self.twilio_auth_token_secondary]
        return [secret.get_secret_value() for secret in secrets if secret]
