"""`make verify-k8s`: every overlay rendered, held against our own rules, and judged by strangers.

Exits 1 on any finding, and also on a program that cannot be had: nothing is green unlooked at.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from taskflow.embedded.binaries import nats_binary
from tests.k8s import checkov, published, rendering, tools
from tests.k8s.faults import RULES, faults
from tests.k8s.house import ROOT, house
from tests.k8s.manifests import Document, Manifests
from tests.k8s.rendering import Unrendered
from tests.k8s.tools import Unavailable

KUBERNETES = "1.37.0"
_STATES = ("fits", "refused", "unknown")
NATS = ROOT / "deploy" / "k8s" / "components" / "nats" / "nats.conf"
_PASSWORDS = ("GATEWAY", "AGENT", "TOOLS", "SCHEDULER", "PROVISION", "OPERATOR", "CLUSTER")


def main() -> int:
    try:
        found = list(_examine())
    except (Unavailable, Unrendered) as error:
        found = [str(error)]
    for one in found:
        print(f"  FAULT {one}")
    print(f"verify-k8s: {len(found)} faults" if found else "verify-k8s: all as it should be")
    return 1 if found else 0


def _examine() -> Iterator[str]:
    print(f"{' '.join(rendering.command() or ['no program'])}: {_version()}")
    programs = tools.environment()
    with tempfile.TemporaryDirectory() as folder:
        for overlay in rendering.OVERLAYS:
            file = Path(folder) / f"{overlay}.yaml"
            file.write_text(rendering.rendered(overlay), encoding="utf-8")
            documents = rendering.documents(overlay)
            print(f"{overlay}: {_counted(documents)}")
            found = faults(documents, house())
            print(f"  own rules: {len(RULES)} looked, {len(found)} faults")
            yield from (f"{overlay}: {one}" for one in found)
            yield from _against_schemas(programs, overlay, file)
            yield from _against_models(overlay, documents)
            yield from _by_checkov(programs, overlay, file)
    yield from _by_nats()


def _version() -> str:
    program = rendering.command()
    if program is None:
        raise Unavailable(rendering.MISSING)
    asked = [
        program[0],
        "version",
        *(["--client", "-o", "json"] if len(program) > 1 and program[1] == "kustomize" else []),
    ]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return done.stdout.strip()
    return f"{told['clientVersion']['gitVersion']}, kustomize {told.get('kustomizeVersion')}"


def _counted(documents: list[Document]) -> str:
    return f"{len(documents)} documents, {len(Manifests(documents).pods)} of them with pods"


def _against_schemas(programs: Path, overlay: str, file: Path) -> Iterator[str]:
    """Strict: a field that Kubernetes does not know is a fault."""
    command = [programs / "kubernetes-validate", "--strict", "-k", KUBERNETES, file]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    strangers = [line for line in lines if "Couldn't find schema" in line]
    passed = [line for line in lines if line.startswith("INFO")]
    wrong = [line for line in lines if line not in strangers and line not in passed]
    print(
        f"  kubernetes-validate --strict {KUBERNETES}: {len(passed)} pass, {len(wrong)} fail, "
        f"{len(strangers)} of kinds it does not know"
    )
    yield from (f"{overlay}: {line}" for line in wrong)
    if done.returncode and not wrong:
        yield f"{overlay}: kubernetes-validate exits {done.returncode}"


def _against_models(overlay: str, documents: list[Document]) -> Iterator[str]:
    told = published.judged(documents)
    by_state = {state: [one for one in told if one["state"] == state] for state in _STATES}
    nobody = sorted({one["called"].split()[0] for one in by_state["unknown"]})
    print(
        f"  published models of operators' kinds: {len(by_state['fits'])} fit, "
        f"{len(by_state['refused'])} refused, no package has: {', '.join(nobody) or 'none'}"
    )
    yield from (f"{overlay}: {one['called']}: {one['why']}" for one in by_state["refused"])


def _by_checkov(programs: Path, overlay: str, file: Path) -> Iterator[str]:
    report = checkov.examine(programs / "checkov", file)
    accepted = sum(report.accepted.values())
    print(
        f"  checkov {report.version}: {report.passed} passed, {accepted} accepted with a reason, "
        f"{len(report.findings)} unexplained"
    )
    yield from (f"{overlay}: {one}" for one in report.findings)


def _by_nats() -> Iterator[str]:
    """The server itself reads what its pods will be told."""
    told = {f"NATS_{name}_PASSWORD": f"p-{name}" for name in _PASSWORDS}
    routes = {f"NATS_ROUTE_{n}": f"nats://cluster:p@nats-{n}.nats-headless:6222" for n in range(3)}
    done = subprocess.run(
        [nats_binary(), "-t", "-c", NATS],
        check=False, capture_output=True, text=True,
        env={"POD_NAME": "nats-0", **told, **routes},
    )  # fmt: skip
    print(f"nats-server -t nats.conf: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    if done.returncode:
        yield f"nats.conf: {done.stderr.strip()}"


if __name__ == "__main__":
    sys.exit(main())
