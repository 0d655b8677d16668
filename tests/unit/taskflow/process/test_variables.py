"""The one table of variables: it names what each process reads, and no more."""

import os
from pathlib import Path

import pytest

from taskflow.process import variables
from tests.k8s.house import SETTINGS, house

VENDORS = {
    "gateway": "TWILIO_AUTH_TOKEN",
    "agent": "GEMINI_API_KEY",
    "tools": "SERPAPI_API_KEY",
}
CHILDREN = ("postgres", "nats", "jaeger", "page-reader", "browser-driver", "chromium", "installer")
_NO_SETTING = (
    {"TASKFLOW_READY_FILE", "TASKFLOW_FAILPOINTS", "TASKFLOW_FAILPOINTS_SEED", "TASKFLOW_SECRETS"}
    | {"PLAYWRIGHT_BROWSERS_PATH", "XDG_CACHE_HOME", "OTEL_*", "TASKFLOW_HOME"}
    | {"TASKFLOW_LOG_LEVEL", "NATS_PROVISION_URL"}
)
"""Read from the environment by something else than a Settings class."""


@pytest.mark.parametrize("process", [name for name in SETTINGS if name in variables.PROCESSES])
def test_the_table_names_exactly_the_settings_of_a_process(process: str) -> None:
    """A new setting stands in the table, or `make run` would not pass it on."""
    known = set(house().settings[process])

    assert {name for name in known if not variables.allows(process, name)} == set()
    machine = variables.PROCESSES["page-reader"] | variables.PROCESSES["installer"]
    assert variables.PROCESSES[process] - machine - known - _NO_SETTING == set()


def test_every_secret_setting_is_known_as_one() -> None:
    assert house().secret - variables.SECRETS == set()


@pytest.mark.parametrize("process", CHILDREN)
def test_a_server_a_browser_and_a_reader_are_given_no_secret(process: str) -> None:
    assert [name for name in variables.SECRETS if variables.allows(process, name)] == []


@pytest.mark.parametrize("process", VENDORS)
def test_a_service_is_given_its_own_vendors_key_only(process: str) -> None:
    given = variables.given(process, dict.fromkeys(variables.SECRETS, "canary"))
    assert {name for name in VENDORS.values() if name in given} == {VENDORS[process]}


@pytest.mark.parametrize("process", ["scheduler", "migrate", "provision"])
def test_who_speaks_to_no_vendor_has_no_key(process: str) -> None:
    given = variables.given(process, dict.fromkeys(variables.SECRETS, "canary"))
    assert given.keys() & VENDORS.values() == set()
    assert ("TASKFLOW_MASTER_KEY" in given) is (process == "scheduler")


@pytest.mark.parametrize("process", variables.PROCESSES)
def test_what_the_table_does_not_name_is_given_to_nobody(process: str) -> None:
    strange = ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "PGPASSWORD", "SSH_AUTH_SOCK", "PATHS")
    assert variables.given(process, dict.fromkeys(strange, "canary")) == {}


def test_a_replica_is_given_what_its_service_is() -> None:
    assert variables.given("agent#2", {"GEMINI_MODEL": "m"}, {"SERPAPI_URL": "x"}) == {
        "GEMINI_MODEL": "m"
    }


def test_an_unknown_process_is_a_fault() -> None:
    with pytest.raises(KeyError):
        variables.given("somebody", {})


def test_a_child_inherits_no_secret_once_they_are_forgotten() -> None:
    environment = {"GEMINI_API_KEY": "canary", "TASKFLOW_MASTER_KEY": "canary", "PATH": os.defpath}
    variables.forget_secrets(environment)
    assert environment == {"PATH": os.defpath}


def test_nobody_in_the_house_hands_the_whole_environment_on() -> None:
    """`os.environ` in a call that starts a process: the table is what decides."""
    root = Path(variables.__file__).parents[2]
    sources = [
        path
        for top in ("taskflow", "services", "simulators")
        for path in (root / top).rglob("*.py")
    ]
    copies = ("**os.environ", "os.environ.copy()", "dict(os.environ)", "os.environ |")
    told = [str(path) for path in sources if any(one in path.read_text() for one in copies)]
    assert told == []
