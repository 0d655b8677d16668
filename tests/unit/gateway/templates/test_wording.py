"""What the templates say: as WhatsApp takes it, and with a reply's text on one line."""

import re
import unicodedata

import pytest

from contracts.buttons import LONGEST_LABEL, read
from services.gateway.saying.parts import length
from services.gateway.templates.wording import DECLARED, MOST, VARIABLE, Declared, code_of, variable
from taskflow.words.languages import LANGUAGES

BODY = Declared("reminder", "en").body
RUN_OF_SPACES = re.compile(r"\s{4}|[\n\r\t]")


def shown(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one) != "Cf").strip()


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: f"{one.purpose}-{one.language}")
def test_each_is_as_whatsapp_takes_it(declared: Declared) -> None:
    body = shown(declared.body)
    assert body.count(VARIABLE) == 1
    assert not body.startswith(VARIABLE)
    assert not body.endswith(VARIABLE)
    assert length(declared.body) < MOST - 700
    assert declared.sample.strip()
    assert not RUN_OF_SPACES.search(declared.sample)
    assert re.fullmatch(r"[a-z0-9_]{1,512}", declared.name)


def test_each_has_a_name_of_its_own_and_another_wording_another() -> None:
    assert len({one.name for one in DECLARED}) == len(DECLARED) == 2 * len(LANGUAGES)
    names = {Declared("reminder", language).name for language in ("en", "de")}
    assert len({name.rpartition("_")[2] for name in names}) == 2


@pytest.mark.parametrize(
    ("language", "code"), [("de", "de"), ("pt-BR", "pt_BR"), ("zh-Hans", "zh_CN"), ("he", "he")]
)
def test_languages_have_whatsapps_codes(language: str, code: str) -> None:
    assert code_of(language) == code


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("⏰ call mum", "⏰ call mum"),
        ("⏰ a\n\n_(late)_", "⏰ a · _(late)_"),
        ("a\tb     c\r\nd", "a b c · d"),
        ("**bold**", "*bold*"),
        ("", "…"),
        ("\n \n", "…"),
    ],
)
def test_a_text_stands_on_one_line(text: str, told: str) -> None:
    assert variable(text, BODY) == told


@pytest.mark.parametrize(
    "text", ["word " * 400, "字" * 2_000, "👩‍👩‍👧" * 300, "\U0001f600" * 2_000]
)
def test_a_long_text_is_cut_and_says_so(text: str) -> None:
    told = variable(text, BODY)
    assert told.endswith("…")
    assert MOST - 100 < length(BODY) - len(VARIABLE) + length(told) <= MOST
    assert not told.removesuffix("…").endswith("\u200d")


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: f"{one.purpose}-{one.language}")
def test_a_reminder_is_answered_by_buttons_that_name_nothing(declared: Declared) -> None:
    pressed = [read(one.payload) for one in declared.buttons]
    if declared.purpose == "alert":
        assert pressed == []
        return
    assert [one and (one.means, one.names) for one in pressed] == [
        ("done", None),
        ("hour", None),
        ("tomorrow", None),
    ]
    assert len({*declared.labels}) == 3
    assert all(0 < length(one) <= LONGEST_LABEL for one in declared.labels)


def test_other_buttons_are_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Declared("reminder", "en").name
    monkeypatch.setattr("services.gateway.templates.wording.ANSWERS", {})
    assert Declared("reminder", "en").name != before
