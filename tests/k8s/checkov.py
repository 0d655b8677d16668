"""Checkov's findings on a rendered overlay, but for what is as it should be: each says why."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    check: str
    resources: str
    """A pattern of `Kind.namespace.name`."""
    reason: str


ACCEPTED = (
    Accepted(
        "CKV_K8S_15",
        r".*",
        "imagePullPolicy Always: a tag here is a version and never moves, and a pod that starts "
        "again must not wait for a registry",
    ),
    Accepted(
        "CKV_K8S_43",
        r".*",
        "digests: they are known once a release has pushed its images, which then pins them "
        "(docs/deploy.md, `kustomize edit set image`)",
    ),
    Accepted(
        "CKV_K8S_35",
        r"StatefulSet\.taskflow\.nats",
        "secrets as environment: NATS reads passwords into its configuration from there only",
    ),
    Accepted(
        "CKV_K8S_8",
        r"Deployment\.taskflow\.operator",
        "liveness: nobody is in it until somebody needs a shell, and it serves nothing",
    ),
    Accepted("CKV_K8S_9", r"Deployment\.taskflow\.operator", "readiness: the same"),
)


@dataclass(frozen=True, slots=True)
class Report:
    version: str
    passed: int
    accepted: dict[Accepted, int]
    findings: list[str]


def examine(program: Path, file: Path) -> Report:
    """Raises RuntimeError when checkov says something else than a report."""
    command = [
        program,
        "-f",
        file,
        "--framework",
        "kubernetes",
        "-o",
        "json",
        "--quiet",
        "--compact",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"checkov: {done.stderr.strip() or 'no report'}") from None
    return judged(told)


def judged(told: dict[str, Any]) -> Report:
    accepted: dict[Accepted, int] = {}
    findings: list[str] = []
    for failed in told["results"]["failed_checks"]:
        check, resource = failed["check_id"], failed["resource"]
        fits = (
            one for one in ACCEPTED if one.check == check and re.fullmatch(one.resources, resource)
        )
        if one := next(fits, None):
            accepted[one] = accepted.get(one, 0) + 1
        else:
            findings.append(f"{check} {failed['check_name']}: {resource}")
    summary = told["summary"]
    findings += [f"not parsed: {error}" for error in told["results"].get("parsing_errors", [])]
    return Report(summary["checkov_version"], summary["passed"], accepted, findings)
