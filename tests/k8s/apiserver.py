"""`make verify-apiserver`: a real API server takes what an overlay says, with its admission on.

Built-in kinds only: those of operators have no definition here. No kubelet, no controller: no pod
runs.
"""

import contextlib
import copy
import secrets
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from taskflow.embedded.ports import free_port
from tests.k8s import api_programs, rendering
from tests.k8s.manifests import Document, Manifests, Pod
from tests.k8s.published import is_custom
from tests.k8s.tools import Unavailable

READY_SECONDS = 120.0
SKIPPED = 77


class Server:
    """An API server of one's own, empty."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def is_ready(self) -> bool:
        asked = urllib.request.Request(f"{self._url}/readyz")
        asked.add_header("Authorization", f"Bearer {self._token}")
        unverified = ssl._create_unverified_context()
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(asked, context=unverified, timeout=2).status == 200
        return False

    def apply(self, documents: Sequence[Document]) -> str:
        """Whatever it says of them beside their names: errors, and warnings too."""
        program = rendering.command()
        if program is None or not program[0].endswith("kubectl"):
            raise Unavailable("kubectl is not on the PATH")
        done = subprocess.run(
            [
                program[0], "--kubeconfig=/dev/null", "--insecure-skip-tls-verify",
                f"--server={self._url}", f"--token={self._token}",
                "apply", "--server-side", "--validate=strict", "-f", "-",
            ],
            input=yaml.safe_dump_all(documents), check=False, capture_output=True, text=True,
        )  # fmt: skip
        return done.stderr.strip()


@contextmanager
def running(folder: Path) -> Generator[Server]:
    """Raises Unavailable where there are no programs; RuntimeError for one that does not start."""
    signing, tokens = folder / "signing.pem", folder / "tokens.csv"
    signing.write_bytes(_new_key())
    token = secrets.token_urlsafe(24)
    tokens.write_text(f'{token},verifier,verifier,"system:masters"\n')
    clients, peers, port = (free_port() for _ in range(3))
    store = f"http://127.0.0.1:{clients}"
    commands = (
        [
            str(api_programs.etcd()), f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync",
            f"--listen-client-urls={store}", f"--advertise-client-urls={store}",
            f"--listen-peer-urls=http://127.0.0.1:{peers}", "--log-level=error",
        ],
        [
            str(api_programs.kube_apiserver()), f"--etcd-servers={store}",
            "--bind-address=127.0.0.1", f"--secure-port={port}", f"--cert-dir={folder}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={signing}",
            f"--service-account-signing-key-file={signing}",
            f"--token-auth-file={tokens}", "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
        ],
    )  # fmt: skip
    server = Server(f"https://127.0.0.1:{port}", token)
    said = folder / "said.log"
    with ExitStack() as stack:
        out = stack.enter_context(said.open("w"))
        processes = [subprocess.Popen(command, stdout=out, stderr=out) for command in commands]
        for process in processes:
            stack.callback(process.wait)
            stack.callback(process.kill)
        deadline = time.monotonic() + READY_SECONDS
        while not server.is_ready():
            has_ended = any(process.poll() is not None for process in processes)
            if has_ended or time.monotonic() > deadline:
                last = said.read_text(encoding="utf-8").splitlines()[-1:]
                raise RuntimeError(f"the API server does not get ready: {last}")
            time.sleep(0.5)
        yield server


def main() -> int:
    try:
        print(f"{api_programs.kube_apiserver().name}, {api_programs.etcd().name}")
        found = [fault for overlay in rendering.OVERLAYS for fault in _examine(overlay)]
    except Unavailable as error:
        print(f"verify-apiserver: skipped: {error}")
        return SKIPPED
    for one in found:
        print(f"  FAULT {one}")
    print(f"verify-apiserver: {len(found)} faults" if found else "verify-apiserver: all taken")
    return 1 if found else 0


def _examine(overlay: str) -> Iterator[str]:
    documents = rendering.documents(overlay)
    own = [one for one in documents if not is_custom(one)]
    first = [one for one in own if one["kind"] == "Namespace"]
    rest = [one for one in own if one["kind"] != "Namespace"]
    pods = [_alone(pod) for pod in Manifests(documents).pods]
    spoilt = copy.deepcopy(pods[0])
    spoilt["metadata"]["name"] = "spoilt"
    spoilt["spec"]["hostPID"] = True
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        # The second time is an upgrade to the same release.
        for some in (first, rest, rest, pods):
            yield from (f"{overlay}: {line}" for line in server.apply(some).splitlines())
        if "violates PodSecurity" not in server.apply([spoilt]):
            yield f"{overlay}: a pod that sees the node's processes was let in"
    print(
        f"{overlay}: {len(own)} documents taken, twice; {len(pods)} pods admitted, one with "
        f"hostPID not; {len(documents) - len(own)} of operators' kinds left out"
    )


def _alone(pod: Pod) -> Document:
    """As its controller would make it; claimed disks are empty folders here."""
    spec = copy.deepcopy(pod.spec)
    mounted = {one["name"] for one in spec["containers"][0].get("volumeMounts", [])}
    there = {one["name"] for one in spec.get("volumes", [])}
    claimed = [{"name": name, "emptyDir": {"sizeLimit": "1Mi"}} for name in sorted(mounted - there)]
    spec["volumes"] = [*spec.get("volumes", []), *claimed]
    labels = dict(pod.labels)
    metadata = {"name": f"alone-{pod.name}", "namespace": "taskflow", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


if __name__ == "__main__":
    sys.exit(main())
