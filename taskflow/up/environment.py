"""What the services are told; a vendor without its key is its simulator."""

from dataclasses import dataclass, field

from taskflow.up.home import SimulatedAccounts
from taskflow.up.settings import UpSettings

SANDBOX_NUMBER = "whatsapp:+14155238886"
"""Twilio's WhatsApp sandbox, which every example shows."""


@dataclass(frozen=True, slots=True)
class Environment:
    services: dict[str, str]
    simulators: dict[str, str]
    """Always with made-up accounts: a simulator has no use for a real key."""
    simulated: list[str] = field(default_factory=list)
    """The vendors that are; none means no simulators."""
    logins: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """What each process is told of the servers in the others' stead: as whom it comes."""

    def of_service(self, name: str) -> dict[str, str]:
        return {**self.services, **self.logins.get(name, {})}


def build(settings: UpSettings, accounts: SimulatedAccounts) -> Environment:
    gateway = f"http://127.0.0.1:{settings.taskflow_gateway_port}"
    simulator = f"http://127.0.0.1:{settings.taskflow_sim_port}"
    every = {
        "TASKFLOW_HOME": str(settings.taskflow_home.absolute()),
        "TASKFLOW_GATEWAY_PORT": str(settings.taskflow_gateway_port),
        "TASKFLOW_GATEWAY_INNER_PORT": str(settings.taskflow_gateway_inner_port),
        "TASKFLOW_SIM_PORT": str(settings.taskflow_sim_port),
        "PUBLIC_URL": settings.public_url or gateway,
    }
    vendors = {
        "Twilio": {
            "TWILIO_ACCOUNT_SID": accounts.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": accounts.twilio_auth_token,
            "TWILIO_WHATSAPP_FROM": settings.twilio_whatsapp_from or SANDBOX_NUMBER,
            "TWILIO_API_URL": f"{simulator}/twilio",
            "TASKFLOW_PHONE_URL": simulator,
        },
        "Gemini": {
            "GEMINI_API_KEY": accounts.gemini_api_key,
            "GEMINI_API_URL": f"{simulator}/gemini",
        },
        "SerpApi": {
            "SERPAPI_API_KEY": accounts.serpapi_api_key,
            "SERPAPI_URL": f"{simulator}/serpapi",
        },
    }
    simulated = [vendor for vendor in vendors if not _is_configured(settings, vendor)]
    # One machine, several processes: each finds a port for its probes.
    services = {**every, "TASKFLOW_PROBE_PORT": "0"}
    if not settings.taskflow_production:
        services["TASKFLOW_TERMINAL"] = "true"
    for vendor in simulated:
        services.update(vendors[vendor])
    if "Twilio" in simulated:
        services["TASKFLOW_TEMPLATES_SYNC"] = "true"
    if simulated and not settings.taskflow_production:
        shop = f"{simulator}/shop/"
        services["TASKFLOW_EGRESS_ALLOW"] = ",".join(
            filter(None, (settings.taskflow_egress_allow, shop))
        )
    simulators = {**every, "TASKFLOW_SIM_WEBHOOK_URL": f"{gateway}/webhook"}
    for accounts_of in vendors.values():
        simulators.update(accounts_of)
    return Environment(services, simulators, simulated)


def _is_configured(settings: UpSettings, vendor: str) -> bool:
    match vendor:
        case "Twilio":
            return settings.twilio_account_sid is not None
        case "Gemini":
            return settings.gemini_api_key is not None
        case _:
            return settings.serpapi_api_key is not None
