import pytest

from simulators.settings import SimulatorSettings
from taskflow.errors import Configuration


def settings(**given: object) -> SimulatorSettings:
    return SimulatorSettings.load(_env_file=None, **given)


def test_twilio_signs_the_public_url_when_there_is_one() -> None:
    behind_a_proxy = settings(public_url="https://bot.example.com/")

    assert behind_a_proxy.webhook_url == "http://127.0.0.1:8000/webhook"
    assert behind_a_proxy.signed_webhook_url == "https://bot.example.com/webhook"


def test_twilio_signs_the_webhook_url_when_there_is_no_other() -> None:
    direct = settings(taskflow_sim_webhook_url="http://127.0.0.1:9000/webhook")

    assert direct.signed_webhook_url == "http://127.0.0.1:9000/webhook"


def test_a_malformed_setting_is_named_without_its_value() -> None:
    with pytest.raises(Configuration, match="TWILIO_WHATSAPP_FROM") as refused:
        settings(twilio_whatsapp_from="+1415 my secret")

    assert "secret" not in str(refused.value)
