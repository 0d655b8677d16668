"""The one table: where everything is that `taskflow up` started."""

from urllib.parse import urlsplit

from taskflow.up.environment import Environment
from taskflow.up.home import Home
from taskflow.up.settings import UpSettings


def rows(
    settings: UpSettings, environment: Environment, home: Home, *, embedded: set[str]
) -> list[tuple[str, str]]:
    gateway = f"http://127.0.0.1:{settings.taskflow_gateway_port}"
    simulator = f"http://127.0.0.1:{settings.taskflow_sim_port}"
    variables = environment.services
    found: list[tuple[str, str]] = []
    if "Twilio" in environment.simulated:
        found.append(("Phone", f"{simulator}/   <- open this and write a message"))
    found.append(("Gateway", f"{gateway}/"))
    found.append(("Webhook", f"{variables['PUBLIC_URL']}/webhook"))
    inner = f"http://127.0.0.1:{settings.taskflow_gateway_inner_port}"
    found.append(("Metrics", f"{inner}/metrics   (this machine only)"))
    if environment.simulated:
        names = ", ".join(environment.simulated)
        found.append(("Simulators", f"{simulator}/_sim/   ({names})"))
    found.append(("PostgreSQL", without_password(variables["DATABASE_URL"])))
    password = f"   (password in {home.shown}/nats/access.json)" if "NATS" in embedded else ""
    found.append(("NATS", without_password(variables["NATS_URL"]) + password))
    if traces := variables.get("TASKFLOW_JAEGER_URL"):
        found.append(("Jaeger", f"{traces}/   (a turn's trace; or: taskflow trace <number>)"))
    found.append(("Logs", f"{home.shown}/logs/"))
    return found


def notes(settings: UpSettings, environment: Environment) -> list[str]:
    if "Twilio" not in environment.simulated and settings.public_url is None:
        tunnel = "set PUBLIC_URL to the address of your tunnel, and its /webhook at Twilio"
        return [f"Twilio cannot reach this machine: {tunnel}."]
    return []


def without_password(url: str) -> str:
    """Of each server, where there are several."""
    return ",".join(_one_without_password(part) for part in url.split(","))


def _one_without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}").geturl()
