from pathlib import Path

import pytest

from taskflow.errors import Configuration
from taskflow.up.settings import UpSettings

SID = "AC" + "0" * 32
FROM = "whatsapp:+14155238886"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's settings: an empty folder and an environment without ours."""
    monkeypatch.chdir(tmp_path)
    for name in (*UpSettings.model_fields, "google_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def read(folder: Path, text: str) -> UpSettings:
    (folder / ".env").write_text(text)
    return UpSettings.read()


def test_without_any_setting_everything_has_its_default() -> None:
    settings = UpSettings.read()
    assert (settings.taskflow_gateway_port, settings.taskflow_sim_port) == (8000, 8100)
    assert settings.taskflow_home == Path(".taskflow")
    assert settings.database_url is None


def test_comments_quotes_exports_and_empty_values_are_understood(folder: Path) -> None:
    settings = read(
        folder,
        f"# ours\n\nexport TWILIO_ACCOUNT_SID='{SID}' # the main one\n"
        f'TWILIO_AUTH_TOKEN="a b"\nTWILIO_WHATSAPP_FROM={FROM}\nGEMINI_API_KEY=\n',
    )
    assert settings.twilio_account_sid == SID
    assert settings.gemini_api_key is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"TWILIO_ACCOUNT_SID={SID}", "TWILIO_AUTH_TOKEN is not set"),
        ("TWILIO_AUTH_TOKEN=x", "TWILIO_ACCOUNT_SID is not set"),
        (f"TWILIO_ACCOUNT_SID={SID}\nTWILIO_AUTH_TOKEN=x", "TWILIO_WHATSAPP_FROM is not set"),
        ("TWILIO_API_URL=http://localhost:1", "TWILIO_ACCOUNT_SID is not set"),
        ("GEMINI_API_URL=http://localhost:1", "GEMINI_API_KEY is not set"),
        ("SERPAPI_URL=http://localhost:1", "SERPAPI_API_KEY is not set"),
        ("TWILIO_ACCOUNT_SID=AC12", "TWILIO_ACCOUNT_SID String should match"),
        ("DATABASE_URL=mysql://localhost", "DATABASE_URL must be like postgresql://"),
        ("NATS_URL=localhost:4222", "NATS_URL must be like nats://"),
        ("TASKFLOW_SIM_PORT=0", "TASKFLOW_SIM_PORT Input should be greater"),
        ("TASKFLOW_SIM_PORT=8000", "TASKFLOW_GATEWAY_PORT and TASKFLOW_SIM_PORT are both 8000"),
        (
            "TASKFLOW_SIM_PORT=8001",
            "TASKFLOW_GATEWAY_INNER_PORT and TASKFLOW_SIM_PORT are both 8001",
        ),
        ("TASKFLOW_LOG_LEVEL=LOUD", "TASKFLOW_LOG_LEVEL Input should be 'DEBUG'"),
        ("not a setting", ".env line 1 is not NAME=value"),
    ],
)
def test_a_slip_is_one_line_that_names_the_setting(folder: Path, text: str, told: str) -> None:
    with pytest.raises(Configuration) as error:
        read(folder, text)
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["DATABASE_URL=secret://x", "TASKFLOW_MASTER_KEY=secret", "PUBLIC_URL=secret"]
)
def test_a_wrong_value_is_not_repeated(folder: Path, text: str) -> None:
    with pytest.raises(Configuration) as error:
        read(folder, text)
    assert "secret" not in str(error.value)


def test_a_number_alone_does_not_ask_for_the_real_twilio(folder: Path) -> None:
    assert read(folder, f"TWILIO_WHATSAPP_FROM={FROM}").twilio_account_sid is None
