"""Where the bus is and who may log in to it: each login's rights, as the server is told them."""

from urllib.parse import urlsplit

from contracts.event import Json
from taskflow.bus.permissions import OPERATOR, PROVISION, USERS, Permissions
from taskflow.cli.house.bus_document.messages import ref
from taskflow.process.settings import RuntimeSettings

SERVER = "house"
_FOR = {
    PROVISION: "`taskflow provision`, which makes the stream and its consumers",
    OPERATOR: "people's commands",
}


def servers() -> Json:
    examples = RuntimeSettings.model_fields["nats_url"].examples or [""]
    usual = urlsplit(str(examples[0]))
    return {
        SERVER: {
            "host": "{host}:{port}",
            "protocol": "nats",
            "summary": "NATS with JetStream, as NATS_URL names it.",
            "description": (
                "`make run` starts one on loopback, on a free port, and writes where it is into"
                " `.taskflow/run.env`; in a cluster it is the service `nats`. Without TLS:"
                " docs/deploy.md says what guards it instead."
            ),
            "variables": {
                "host": {"default": usual.hostname, "description": "Of NATS_URL."},
                "port": {"default": str(usual.port), "description": "Of NATS_URL."},
            },
            "security": [ref("securitySchemes", login) for login in USERS],
        }
    }


def security_schemes() -> Json:
    """A login may do what is listed; the server refuses everything else."""
    return {login: _scheme(login, rights) for login, rights in USERS.items()}


def senders(subject: str) -> list[str]:
    return [login for login, rights in USERS.items() if rights.may_publish(subject)]


def listeners(subject: str) -> list[str]:
    """Who may subscribe to it without JetStream."""
    return [login for login, rights in USERS.items() if rights.may_subscribe(subject)]


def _scheme(login: str, rights: Permissions) -> Json:
    whose = _FOR.get(login, f"the {login} service")
    return {
        "type": "userPassword",
        "description": f"User `{login}`, of {whose}. Its inbox prefix is `_INBOX.{login}`.",
        "x-may-publish": list(rights.publish),
        **({"x-never-publish": list(rights.not_publish)} if rights.not_publish else {}),
        "x-may-subscribe": list(rights.subscribe),
    }
