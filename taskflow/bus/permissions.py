"""Who may say and hear what on the bus: a NATS user a service, one to prepare, one for people.

A server is told by `users`; a client's own inbox follows from the user in its URL. The table is in
docs/security.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from taskflow.bus import asking, topology
from taskflow.bus.topology import ROOT, STREAM
from taskflow.telemetry import levels

PROVISION, OPERATOR = "provision", "operator"
PROVISION_URL = "NATS_PROVISION_URL"
"""How a running house tells `taskflow provision` of its login."""
_API = "$JS.API"
REPLAYS = "taskflow.replay"
_CHANGES = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.DELETE")
"""What JetStream can do to a stream."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects; everything else is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    not_publish: tuple[str, ...] = ()
    """Refused though `publish` would allow it."""

    def may_publish(self, subject: str) -> bool:
        """Whether to a subject without wildcards."""
        allowed = any(_holds(pattern, subject) for pattern in self.publish)
        return allowed and not any(_holds(pattern, subject) for pattern in self.not_publish)

    def may_subscribe(self, subject: str) -> bool:
        """Whether to a subject without wildcards."""
        return any(_holds(pattern, subject) for pattern in self.subscribe)


def _holds(pattern: str, subject: str) -> bool:
    """Whether a pattern of NATS matches: `*` is one word, `>` at the end one or more."""
    words, said = pattern.split("."), subject.split(".")
    if words[-1] == ">":
        if len(said) < len(words):
            return False
        words, said = words[:-1], said[: len(words) - 1]
    return len(words) == len(said) and all(
        word in {"*", token} for word, token in zip(words, said, strict=True)
    )


def inbox(user: str) -> str:
    return f"_INBOX.{user}"


def inbox_prefix(url: str) -> str:
    """Where answers to whoever connects by this URL arrive; NATS' own without a user in it."""
    user = urlsplit(url).username
    return inbox(unquote(user)) if user else "_INBOX"


def _of_service(
    name: str, *, publish: tuple[str, ...] = (), subscribe: tuple[str, ...] = ()
) -> Permissions:
    """Its own consumer's deliveries and their acks, levels heard and answered, its own inbox."""
    return Permissions(
        publish=(
            f"{_API}.CONSUMER.INFO.{STREAM}.{name}",
            f"{_API}.CONSUMER.MSG.NEXT.{STREAM}.{name}",
            f"$JS.ACK.{STREAM}.{name}.>",
            f"{inbox(OPERATOR)}.>",
            *publish,
        ),
        subscribe=(f"{inbox(name)}.>", levels.SUBJECT, *subscribe),
    )


USERS: Mapping[str, Permissions] = {
    "gateway": _of_service(
        "gateway",
        # The status page tells of all of them.
        publish=tuple(
            f"{_API}.CONSUMER.INFO.{STREAM}.{other.service}"
            for other in topology.CONSUMERS
            if other.service != "gateway"
        ),
    ),
    "agent": _of_service("agent"),
    "tools": _of_service(
        "tools", publish=(f"{inbox('scheduler')}.>",), subscribe=(f"{asking.ROOT}.>",)
    ),
    "scheduler": _of_service(
        "scheduler",
        # The relay is here: nobody else brings events to the bus.
        publish=(f"{ROOT}.>", f"{asking.ROOT}.>", f"{_API}.STREAM.INFO.{STREAM}"),
    ),
    PROVISION: Permissions(
        publish=(
            *(f"{_API}.STREAM.{verb}.{STREAM}" for verb in ("INFO", "CREATE", "UPDATE")),
            f"{_API}.CONSUMER.INFO.{STREAM}.*",
            f"{_API}.CONSUMER.CREATE.{STREAM}.>",
            f"{_API}.CONSUMER.DURABLE.CREATE.{STREAM}.*",
        ),
        subscribe=(f"{inbox(PROVISION)}.>",),
    ),
    OPERATOR: Permissions(
        publish=(
            levels.SUBJECT,
            f"{ROOT}.>",  # `taskflow dlq retry`
            f"{REPLAYS}.>",
            f"{_API}.INFO",
            f"{_API}.STREAM.INFO.*",
            f"{_API}.STREAM.CREATE.*",
            f"{_API}.STREAM.MSG.GET.*",
            f"{_API}.DIRECT.GET.>",
            f"{_API}.CONSUMER.INFO.{STREAM}.*",
        ),
        not_publish=tuple(f"{_API}.{change}.{STREAM}" for change in _CHANGES),
        subscribe=(f"{inbox(OPERATOR)}.>",),
    ),
}


def users(passwords: Mapping[str, str]) -> list[dict[str, Any]]:
    """As the server's configuration wants them."""
    return [
        {"user": name, "password": passwords[name], "permissions": _for_server(allowed)}
        for name, allowed in USERS.items()
    ]


def configuration() -> str:
    """Of a server in a cluster, to be included by its own: passwords come from its environment."""
    blocks = (
        f"  {{ user: {name}, password: $NATS_{name.upper()}_PASSWORD, permissions: "
        f"{json.dumps(_for_server(allowed), indent=2)} }}"
        for name, allowed in USERS.items()
    )
    return (
        "# Of taskflow/bus/permissions.py, by `python -m tests.support.rights`.\n"
        "authorization { users = [\n" + "\n".join(blocks) + "\n] }\n"
    )


def _for_server(allowed: Permissions) -> dict[str, Any]:
    publish: dict[str, list[str]] = {"allow": list(allowed.publish)}
    if allowed.not_publish:
        publish["deny"] = list(allowed.not_publish)
    return {"publish": publish, "subscribe": {"allow": list(allowed.subscribe)}}
