"""How many connections to PostgreSQL may be open at once, added up from manifests and code.

`python -m tests.k8s.connections` writes the table of docs/scaling.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from services.agent import app as agent
from services.gateway import app as gateway
from services.scheduler import app as scheduler
from services.tools import app as tools
from taskflow.cli import operator
from taskflow.embedded.postgres import MAX_CONNECTIONS
from taskflow.process.service import SESSIONS
from taskflow.projecting import projection
from tests.k8s import rendering
from tests.k8s.house import ROOT, SETTINGS, House
from tests.k8s.manifests import Document, Manifests, Pod, scaled_by
from tests.k8s.stores import kept, value

FOLLOWERS: Mapping[str, Sequence[str]] = {
    "gateway": gateway.FOLLOWERS,
    "agent": agent.FOLLOWERS,
    "tools": tools.FOLLOWERS,
    "scheduler": scheduler.FOLLOWERS,
}
POOL_SIZE = "TASKFLOW_POOL_SIZE"
COMMANDS = 2
"""Of an operator, at the same time."""
SUPERUSERS = 3
"""PostgreSQL's default of superuser_reserved_connections."""
CLUSTERS_OWN = 10
"""Assumed, for what CloudNativePG asks of an instance: its state and its metrics."""
_LIMIT = "max_connections"
PAGE = ROOT / "docs" / "scaling.md"
_BEGIN = "<!-- made by `python -m tests.k8s.connections` -->\n"
_END = "<!-- until here -->\n"
_KINDS = ("one process", "`make run`", "local", "production")


@dataclass(frozen=True, slots=True)
class Share:
    """What all processes of a kind may hold together."""

    who: str
    processes: int
    each: int
    made_of: str = ""

    @property
    def connections(self) -> int:
        return self.processes * self.each


@dataclass(frozen=True, slots=True)
class Budget:
    shares: Sequence[Share]
    limit: int

    @property
    def connections(self) -> int:
        return sum(share.connections for share in self.shares)


def connections(manifests: Manifests, _: House) -> Iterator[str]:
    """Everybody at their most, in the middle of a roll-out, still gets a connection."""
    found = budget(manifests)
    if found is None:
        yield f"no PostgreSQL says its {_LIMIT}"
    elif found.connections > found.limit:
        shares = ", ".join(f"{share.who} {share.connections}" for share in found.shares)
        yield f"{found.connections} connections may be open, {_LIMIT} is {found.limit}: {shares}"


def budget(manifests: Manifests) -> Budget | None:
    """None where nothing says how many connections there may be."""
    limit = _limit(manifests)
    if limit is None:
        return None
    shares = [
        _service(name, _most(manifests, pod), _pool_size(manifests, pod))
        for name in FOLLOWERS
        if (pod := manifests.pod(name))
    ]
    own = SUPERUSERS + (CLUSTERS_OWN if manifests.of("Cluster") else 0)
    return Budget([*shares, *_others(), Share("PostgreSQL itself", 1, own)], limit)


def of_make_run() -> Budget:
    shares = [_service(name, 1, pool_size(name)) for name in FOLLOWERS]
    return Budget([*shares, *_others(), Share("PostgreSQL itself", 1, SUPERUSERS)], MAX_CONNECTIONS)


def sessions(service: str) -> list[str]:
    """What one of its processes has open beside its pool, by application_name."""
    own = [f"{service}-{session}" for session in SESSIONS]
    return [f"taskflow-{name}" for name in (*own, *FOLLOWERS[service])]


def _service(name: str, processes: int, pool: int) -> Share:
    own = len(sessions(name))
    return Share(name, processes, pool + own, f"pool {pool}, own {own}")


def _others() -> list[Share]:
    command = operator.POOL_SIZE + len(operator.SESSIONS)
    return [
        Share("operator's commands", COMMANDS, command),
        Share("`taskflow migrate`", 1, 1),
        # Whoever leads a read model of another version builds it anew, on a connection of its own.
        Share("read models being rebuilt", len(projection.names()), 1),
    ]


def _most(manifests: Manifests, pod: Pod) -> int:
    """Replicas at most, those that a roll-out adds, and those that are still on their way out."""
    deployment = next(
        one for one in manifests.of("Deployment") if one["metadata"]["name"] == pod.name
    )
    most = scaled_by(deployment, manifests.documents)[1]
    surge = _surge(deployment["spec"].get("strategy", {}), most)
    between = deployment["spec"].get("minReadySeconds", 0)
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    leaving = min(most, ceil(grace / between)) if between else most
    return most + surge + leaving


def _surge(strategy: Document, replicas: int) -> int:
    told = strategy.get("rollingUpdate", {}).get("maxSurge", "25%")
    return ceil(replicas * int(told[:-1]) / 100) if isinstance(told, str) else told


def _pool_size(manifests: Manifests, pod: Pod) -> int:
    told = value(pod.spec["containers"][0], kept(manifests), POOL_SIZE)
    return int(told) if told else pool_size(pod.name)


def pool_size(service: str) -> int:
    """Where no setting says otherwise."""
    settings = SETTINGS[service]
    assert settings is not None
    return settings.model_fields[POOL_SIZE.lower()].default


def _limit(manifests: Manifests) -> int | None:
    for cluster in manifests.of("Cluster"):
        told = cluster["spec"]["postgresql"]["parameters"].get(_LIMIT)
        return int(told) if told else None
    if postgres := manifests.pod("postgres"):
        for argument in postgres.spec["containers"][0].get("args", []):
            name, _, told = argument.partition("=")
            if name == _LIMIT:
                return int(told)
    return None


def table() -> str:
    """Raises Unrendered."""
    overlays = [budget(Manifests(rendering.documents(name))) for name in ("local", "production")]
    found = [of_make_run(), *(one for one in overlays if one)]
    lines = ["| | " + " | ".join(_KINDS) + " |", "|---" * (len(_KINDS) + 1) + "|"]
    for shares in zip(*(one.shares for one in found), strict=True):
        first = shares[0]
        each = f"{first.made_of}: {first.each}" if first.made_of else str(first.each)
        cells = [f"{one.processes} x {one.each} = {one.connections}" for one in shares]
        if first.who == "PostgreSQL itself":
            each, cells = "", [str(one.connections) for one in shares]
        lines.append(f"| {first.who} | {each} | " + " | ".join(cells) + " |")
    lines.append(
        "| **at most** | | " + " | ".join(f"**{one.connections}**" for one in found) + " |"
    )
    lines.append(f"| `{_LIMIT}` | | " + " | ".join(str(one.limit) for one in found) + " |")
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with the table as it is today."""
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    return head + begin + table() + end + tail


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
