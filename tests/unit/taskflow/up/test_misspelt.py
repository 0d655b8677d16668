import re
from pathlib import Path

import pytest

from taskflow.up.misspelt import hints

EXAMPLE = Path(__file__).parents[4] / ".env.example"


def told(folder: Path, text: str) -> list[str]:
    (folder / ".env").write_text(text, encoding="utf-8")
    return hints(folder / ".env")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GEMINI_APIKEY", "GEMINI_API_KEY"),
        ("gemini_apikey", "GEMINI_API_KEY"),
        ("GEMINI_KEY", "GEMINI_API_KEY"),
        ("GEMINI-API-KEY", "GEMINI_API_KEY"),
        ("GOOGLE_APIKEY", "GOOGLE_API_KEY"),
        ("SERP_API_KEY", "SERPAPI_API_KEY"),
        ("TWILLIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_SID", "TWILIO_ACCOUNT_SID"),
        ("TWILIO_WHATSAPP_NUMBER", "TWILIO_WHATSAPP_FROM"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("NATS_URLS", "NATS_URL"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("SENTRY_DNS", "SENTRY_DSN"),
        ("OTEL_EXPORTER_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("TASKFLOW_GATEWAY_PROT", "TASKFLOW_GATEWAY_PORT"),
        ("MASTER_KEY", "TASKFLOW_MASTER_KEY"),
        ("WATCH_MINUTE", "WATCH_MINUTES"),
        ("AGENT_QUIET_SECOND", "AGENT_QUIET_SECONDS"),
        ("SCHEDULAR_WORKERS", "SCHEDULER_WORKERS"),
    ],
)
def test_a_slip_is_told_with_the_nearest_name_and_without_its_value(
    tmp_path: Path, name: str, meant: str
) -> None:
    (hint,) = told(tmp_path, f"# a note\nexport {name}='my secret value'\n")
    assert hint == f"{name} in .env is no setting of TaskFlow: did you mean {meant}?"


def test_names_of_other_programs_are_theirs(tmp_path: Path) -> None:
    theirs = (
        "OPENAI_API_KEY ANTHROPIC_API_KEY GOOGLE_MAPS_API_KEY GOOGLE_APPLICATION_CREDENTIALS "
        "REDIS_URL POSTGRES_PASSWORD DATABASE_HOST BASE_URL PUBLIC_DIR NODE_ENV HTTP_PROXY "
        "MODEL_NAME COMPOSE_PROJECT_NAME AWS_SECRET_ACCESS_KEY PYTHONPATH TZ"
    )
    assert told(tmp_path, "".join(f"{name}=x\n" for name in theirs.split())) == []


def test_every_setting_of_the_example_is_known(tmp_path: Path) -> None:
    lines = re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    assert "TASKFLOW_HOME=" in lines
    assert told(tmp_path, f"{lines}\nGOOGLE_API_KEY=x\ntaskflow_home=here\n") == []


def test_a_name_of_ours_that_nothing_is_near_to_is_told_too(tmp_path: Path) -> None:
    (hint,) = told(tmp_path, "TASKFLOW_XYZZY_QQ=1\nTASKFLOW_XYZZY_QQ=2\n")
    assert hint == "TASKFLOW_XYZZY_QQ in .env is no setting of TaskFlow (see .env.example)"


@pytest.mark.parametrize(
    "name", ["OTEL_EXPORTER_OTLP_HEADERS", "TASKFLOW_SECRETS", "TASKFLOW_FAILPOINTS"]
)
def test_what_only_the_environment_can_set_is_told_so(tmp_path: Path, name: str) -> None:
    (hint,) = told(tmp_path, f"{name}=x\n")
    assert hint == f"{name} is read from the environment, not from .env: export it"


def test_letters_that_only_look_right_are_shown_as_what_they_are(tmp_path: Path) -> None:
    look_alike, with_a_mark = told(tmp_path, "G\u0415MINI_API_KEY=x\n\u200bNATS_URL=x\n")
    assert look_alike.startswith(r"'G\u0415MINI_API_KEY' in .env")
    assert with_a_mark.endswith("did you mean NATS_URL?")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"=\n'\nonly words\n"])
def test_a_file_that_says_nothing_has_no_hints(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ".env").write_bytes(content)
    assert hints(tmp_path / ".env") == []
