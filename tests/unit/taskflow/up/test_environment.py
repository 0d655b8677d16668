import pytest

from taskflow.up.environment import build
from taskflow.up.home import SimulatedAccounts
from taskflow.up.settings import UpSettings

ACCOUNTS = SimulatedAccounts("AC" + "1" * 32, "sim-token", "sim-gemini", "sim-serpapi")
TWILIO = {
    "twilio_account_sid": "AC" + "2" * 32,
    "twilio_auth_token": "real",
    "twilio_whatsapp_from": "whatsapp:+15550001111",
}
SIMULATED = {
    "Twilio": {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM", "TWILIO_API_URL"},
    "Gemini": {"GEMINI_API_KEY", "GEMINI_API_URL"},
    "SerpApi": {"SERPAPI_API_KEY", "SERPAPI_URL"},
}


def settings(**given: object) -> UpSettings:
    return UpSettings(_env_file=None, **given)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("given", "real"),
    [
        ({}, set()),
        (TWILIO, {"Twilio"}),
        ({"GEMINI_API_KEY": "real"}, {"Gemini"}),
        ({"GOOGLE_API_KEY": "real"}, {"Gemini"}),
        ({"serpapi_api_key": "real"}, {"SerpApi"}),
    ],
)
def test_each_simulator_gives_way_alone(given: dict[str, str], real: set[str]) -> None:
    environment = build(settings(**given), ACCOUNTS)

    assert set(environment.simulated) == set(SIMULATED) - real
    for vendor, names in SIMULATED.items():
        told = names & environment.services.keys()
        assert told == (set() if vendor in real else names)


def test_nothing_is_simulated_once_every_vendor_is_configured() -> None:
    every = {**TWILIO, "GEMINI_API_KEY": "real", "serpapi_api_key": "real"}
    assert build(settings(**every), ACCOUNTS).simulated == []


def test_a_simulator_never_gets_a_real_account() -> None:
    told = build(settings(**TWILIO, serpapi_api_key="real"), ACCOUNTS).simulators

    assert told["TWILIO_ACCOUNT_SID"] == ACCOUNTS.twilio_account_sid
    assert told["TWILIO_AUTH_TOKEN"] == "sim-token"
    assert told["SERPAPI_API_KEY"] == "sim-serpapi"


def test_everyone_is_told_of_the_moved_ports() -> None:
    environment = build(settings(taskflow_gateway_port=18000, taskflow_sim_port=18100), ACCOUNTS)

    assert environment.services["PUBLIC_URL"] == "http://127.0.0.1:18000"
    assert environment.services["TWILIO_API_URL"] == "http://127.0.0.1:18100/twilio"
    assert environment.simulators["TASKFLOW_SIM_WEBHOOK_URL"] == "http://127.0.0.1:18000/webhook"


def test_a_public_url_of_the_operator_is_kept() -> None:
    told = build(settings(public_url="https://taskflow.example.org/"), ACCOUNTS)
    assert told.services["PUBLIC_URL"] == "https://taskflow.example.org"
    assert told.simulators["PUBLIC_URL"] == "https://taskflow.example.org"


def test_the_simulated_shop_may_be_read_beside_what_the_operator_allows() -> None:
    alone = build(settings(taskflow_sim_port=18100), ACCOUNTS).services
    assert alone["TASKFLOW_EGRESS_ALLOW"] == "http://127.0.0.1:18100/shop/"
    both = build(settings(taskflow_egress_allow="http://shop.lan/"), ACCOUNTS).services
    assert both["TASKFLOW_EGRESS_ALLOW"] == "http://shop.lan/,http://127.0.0.1:8100/shop/"


def test_in_production_no_wall_is_opened_for_a_simulator() -> None:
    told = build(settings(taskflow_production=True), ACCOUNTS).services
    assert "TASKFLOW_EGRESS_ALLOW" not in told
