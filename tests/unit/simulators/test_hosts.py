"""A page that rebinds its own name to loopback reads nothing of a developer's phone."""

import pytest
from fastapi import FastAPI

from simulators.app import build_app
from simulators.hosts import REFUSED
from simulators.settings import SimulatorSettings
from tests.support.asgi import Browser

PATHS = ("/", "/_sim/phone/messages?user=%2B1", "/twilio/x", "/gemini/x", "/shop/", "/static/x")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return build_app(
        SimulatorSettings.load(
            _env_file=None,
            taskflow_home=tmp_path_factory.mktemp("home"),
            taskflow_sim_hosts="simulators, Phone.example.lan",
            taskflow_sim_host="10.1.2.3",
        )
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8100",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "evil.localhost",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost/evil.example",
        "192.168.1.7:8100",
        "169.254.169.254",
        "0.0.0.0:8100",
        "2130706433",
        "localhost:port",
        "[::1",
        "",
        "xn--lcalhost-n4a",
    ],
)
async def test_another_name_is_misdirected(app: FastAPI, host: str) -> None:
    for path in PATHS:
        answer = await Browser(app, f"http://{host}").once("GET", path)
        assert answer.status == 421
        assert answer.text == REFUSED


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LocalHost:8100", "localhost.", "127.0.0.1:8100", "127.8.9.1", "[::1]:8100"),
        *("simulators:8100", "phone.example.lan", "10.1.2.3"),
    ],
)
async def test_loopbacks_names_and_the_operators_are_answered(app: FastAPI, host: str) -> None:
    assert (await Browser(app, f"http://{host}").once("GET", "/robots.txt")).status == 200


def test_listening_everywhere_gives_no_name() -> None:
    for host in ("0.0.0.0", "::"):
        assert SimulatorSettings(_env_file=None, taskflow_sim_host=host).hosts == frozenset()
