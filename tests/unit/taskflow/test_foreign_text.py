"""What strangers write acts nowhere, and is still read."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskflow.cli.console import SafeConsole
from taskflow.foreign_text import for_csv, for_html, for_json, for_log, for_terminal

ACTING = [
    *("\x1b[2J", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://evil\x1b\\x", "\x9b31m", "\x9d0;x\x9c"),
    *("\x00", "\x08", "\r", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u2069"),
    *("\u061c", "\u200b", "\u200e", "\ufeff", "\u2060", "\U000e0041", "\U000e0100", "\u3164"),
    *("\ud800", "\u00ad", "pay\u200dpal", "a\u200c", "x\ufe0f", "\u180e", "\u034f"),
]
READABLE = [
    *(
        "مرحبا بالعالم",
        "שלום עולם",
        "\u0645\u06cc\u200c\u062e\u0648",
        "क्\u200dष",
        "👨\u200d👩\u200d👧\u200d👦",
        "👍🏽",
    ),
    *("❤\ufe0f", "1\ufe0f⃣", "🏳\ufe0f\u200d🌈", "日本語", "Ünïcode", "\u0600\u0661", "[bold]x[/]"),
]


@pytest.mark.parametrize("text", ACTING)
def test_what_acts_is_written_out(text: str) -> None:
    for shown in (for_terminal(f"a{text}b"), for_log(f"a{text}b"), str(for_html(f"a{text}b"))):
        kinds = {unicodedata.category(one) for one in shown}
        assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}, shown
        assert "\\" in shown


@pytest.mark.parametrize("text", READABLE)
def test_what_people_write_stays(text: str) -> None:
    assert for_terminal(text) == text


@given(st.text(alphabet=st.characters()))
def test_json_keeps_its_strings(text: str) -> None:
    document = for_json(json.dumps([text], ensure_ascii=False))

    assert json.loads(document) == [text]
    assert not {"\x1b", "\x7f", "\x9b", "\u202e", "\u200b"} & set(document)


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\uff1d1", "\x00=1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert for_csv(cell).lstrip('"').startswith("'")


def test_a_cell_is_quoted_where_it_must_be() -> None:
    assert for_csv('a "b", c') == '"a ""b"", c"'
    assert for_csv("plain") == "plain"


@given(st.text())
def test_html_is_escaped(text: str) -> None:
    assert not set("<>\"'") & set(str(for_html(text)))


def test_a_console_reads_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    SafeConsole().print("[red]x[/] :smile: \x1b[2J")

    assert capsys.readouterr().out == "[red]x[/] :smile: \\x1b[2J\n"
