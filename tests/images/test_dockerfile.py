"""The Dockerfile's rules hold, and each of them catches what it is for.

What is in the images is tried by `make verify-images`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.images import dockerfile, locks, rules
from tests.images.dockerfile import DOCKERFILE, TARGETS

TEXT = DOCKERFILE.read_text(encoding="utf-8")


def test_it_keeps_every_rule() -> None:
    assert list(rules.faults(dockerfile.read())) == []


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("USER 10001:10001\nSTOPSIGNAL", "STOPSIGNAL", "gateway: USER is root"),
        ("USER 10001:10001\nSTOPSIGNAL", "USER 1000\nSTOPSIGNAL", "agent: USER is 1000"),
        ("USER 10001:10001\nEXPOSE", "USER taskflow\nEXPOSE", "browser: USER is taskflow"),
        ("=python:3.11-slim-bookworm\n", "=python:latest\n", "PYTHON_IMAGE=python:latest"),
        ("=debian:bookworm-slim\n", "=debian\n", "DEBIAN_IMAGE=debian names no tag"),
        ("FROM ${DEBIAN_IMAGE} AS", "FROM debian:12 AS", "browser: its base debian:12"),
        ("COPY services services", "COPY servces services", "code: copies servces, which is not"),
        ("COPY services services", "COPY tests services", "tests, which .dockerignore leaves out"),
        ("--from=agent-packages", "--from=agents", "agent: copies from agents"),
        ("--from=agent-packages", "--from=tools-packages", "agent: its own packages are not"),
        ("packages agent /opt", "packages all /opt", "agent: no stage agent-packages"),
        ("EXPOSE 8001 8002", "EXPOSE 8001", "tools: EXPOSE tells [8001]"),
        ('CMD ["run", "agent"]', 'CMD ["run", "agnet"]', "agent: starts taskflow run agnet"),
        ('ENTRYPOINT ["taskflow"]', 'ENTRYPOINT ["sh"]', "migrate: starts sh --help, not taskflow"),
        ("/opt/browser/serve", "/opt/browser/run", "browser: there is no /opt/browser/run"),
        ("STOPSIGNAL SIGTERM\n# No", "STOPSIGNAL SIGINT\n# No", "STOPSIGNAL is not SIGTERM"),
        ("HEALTHCHECK NONE\n", "", "migrate: no HEALTHCHECK"),
        ("fonts-liberation tini", "fonts-liberation gcc tini", "browser: gcc comes into"),
        ("image.revision=", "image.rev=", "no label org.opencontainers.image.revision"),
        ("AS scheduler\n", "AS schedule\n", "no target scheduler"),
    ],
)
def test_it_is_caught(old: str, new: str, said: str) -> None:
    assert old in TEXT
    found = list(rules.faults(dockerfile.read(TEXT.replace(old, new, 1))))
    assert any(said in fault for fault in found), found


def test_every_image_is_locked_as_the_whole_is() -> None:
    assert list(locks.faults()) == []


def test_no_image_has_what_only_another_needs() -> None:
    there = {name: {pin.partition("==")[0] for pin in locks.lock(name)} for name in TARGETS}
    assert there["browser"] == {"playwright", "greenlet"}
    only = {"twilio": {"gateway", "simulators"}, "matplotlib": {"scheduler"}}
    only |= {"playwright": {"browser", "tools"}, "google-genai": {"agent", "migrate"}}
    for package, targets in only.items():
        assert {name for name in TARGETS if package in there[name]} == targets
