"""The component's nats.conf, on three real servers: they hold a stream together."""

import os
import re
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.js.errors import ServiceUnavailableError

from taskflow.bus import permissions, topology
from taskflow.bus.durability import syncs_always
from taskflow.embedded.binaries import nats_binary
from taskflow.embedded.ports import free_port
from tests.k8s.house import ROOT
from tests.support.eventually import eventually

COMPONENT = ROOT / "deploy" / "k8s" / "components" / "nats"
PODS = 3
PORTS = {"port: 4222": "client", "port: 6222": "cluster", "http_port: 8222": "monitor"}

pytestmark = pytest.mark.integration


@pytest.fixture
def pods(tmp_path: Path) -> Generator[list[dict[str, int]]]:
    """Ports by pod. Each is told what the StatefulSet tells it, but for ports and folders."""
    ports = [{name: free_port() for name in PORTS.values()} for _ in range(PODS)]
    told = {
        f"NATS_{name.upper()}_PASSWORD": f"of-{name}" for name in (*permissions.USERS, "cluster")
    }
    for number, own in enumerate(ports):
        told[f"NATS_ROUTE_{number}"] = f"nats://cluster:of-cluster@127.0.0.1:{own['cluster']}"
    with ExitStack() as running:
        for number, own in enumerate(ports):
            home = tmp_path / f"nats-{number}"
            home.mkdir()
            server = subprocess.Popen(
                [nats_binary(), "-a", "127.0.0.1", "-c", _configured(home, own)],
                env={**os.environ, **told, "POD_NAME": home.name},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            running.callback(server.wait)
            running.callback(server.terminate)
        yield ports


def _configured(home: Path, ports: dict[str, int]) -> Path:
    text = (COMPONENT / "nats.conf").read_text(encoding="utf-8")
    for line, name in PORTS.items():
        text, changed = re.subn(
            rf"(?m)^(\s*){line}$", rf"\g<1>{line.split(':')[0]}: {ports[name]}", text
        )
        assert changed == 1
    text = text.replace("store_dir: /data", f'store_dir: "{home}"')
    text = text.replace("/var/run/nats/nats.pid", str(home / "nats.pid"))
    (home / "users.conf").write_bytes((COMPONENT / "users.conf").read_bytes())
    file = home / "nats.conf"
    file.write_text(text, encoding="utf-8")
    return file


async def test_three_pods_hold_the_stream_together(pods: list[dict[str, int]]) -> None:
    def url(user: str, pod: int) -> str:
        return f"nats://{user}:of-{user}@127.0.0.1:{pods[pod]['client']}"

    async def provisioned() -> bool:
        """Refused until a leader is found."""
        try:
            client = await nats.connect(
                url("provision", 0), inbox_prefix=permissions.inbox("provision"), connect_timeout=1
            )
        except (OSError, nats.errors.Error):
            return False
        try:
            await topology.provision(client, replicas=PODS)
        except (ServiceUnavailableError, nats.errors.Error):
            return False
        finally:
            await client.close()
        return True

    await eventually(provisioned, seconds=30, every=0.2)

    client = await nats.connect(url("scheduler", 2), inbox_prefix=permissions.inbox("scheduler"))
    try:
        stream = await client.jetstream().stream_info(topology.STREAM)
        assert stream.config.num_replicas == PODS
        assert stream.cluster is not None
        assert len(stream.cluster.replicas or []) == PODS - 1
        assert await topology.missing(client, "scheduler") == []
    finally:
        await client.close()
    for pod in pods:
        assert syncs_always(f"http://127.0.0.1:{pod['monitor']}")
