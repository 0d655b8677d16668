"""As whom each process of the house comes to the servers: with its own rights, as in a cluster."""

from collections.abc import Mapping

from taskflow.bus.permissions import OPERATOR, PROVISION, PROVISION_URL
from taskflow.embedded.nats import EmbeddedNats
from taskflow.embedded.postgres import EmbeddedPostgres
from taskflow.postgres.database import SERVICES, role_of, with_setting


def logins(
    shared: Mapping[str, str], postgres: EmbeddedPostgres | None, nats: EmbeddedNats | None
) -> dict[str, dict[str, str]]:
    """By process; what is not ours is entered by the one login that we were given for it.

    In a PostgreSQL of somebody else's, that login acts as the service's role.
    """
    found: dict[str, dict[str, str]] = {
        name: {"DATABASE_URL": _as(role_of(name), shared["DATABASE_URL"], postgres)}
        for name in SERVICES
    }
    if nats is not None:
        for name in (*SERVICES, PROVISION, OPERATOR):
            found.setdefault(name, {})["NATS_URL"] = nats.url_of(name)
        found[OPERATOR][PROVISION_URL] = nats.url_of(PROVISION)
    return found


def _as(role: str, dsn: str, postgres: EmbeddedPostgres | None) -> str:
    if postgres is not None:
        return postgres.url_of(role, "taskflow")
    return with_setting(dsn, "role", role)
