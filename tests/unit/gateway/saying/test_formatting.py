"""Markdown as models write it, beyond the first examples."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.saying.formatting import for_whatsapp
from services.gateway.saying.parts import LIMIT, length, split


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**https://a.b/c**", "*https://a.b/c*"),
        ("**[ticket](https://a.b/d)**.", "*ticket: https://a.b/d*."),
        ("*see https://a.b/x_y_z*", "_see https://a.b/x_y_z_"),
        ("(https://a.b), https://a.b/?q=1&r=a_b!", "(https://a.b), https://a.b/?q=1&r=a_b!"),
        ('[t](https://a.b "a title")', "t: https://a.b"),
        ("```python\nx = '**1**'\n```", "```\nx = '**1**'\n```"),
        ("```\nplain\n```", "```\nplain\n```"),
        ("1. **A**: b\n   * c", "1. *A*: b\n   - c"),
        ("\ue0000\ue001 `x` \ue002", "0 `x`"),
        ("> quote **x**", "> quote *x*"),
    ],
)
def test_addresses_code_and_marks_of_our_own_survive(markdown: str, shown: str) -> None:
    assert for_whatsapp(markdown) == shown


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        (r"now \$79.90, \& more", "now $79.90, & more"),
        ("C:\\new\\dir and a\\b", "C:\\new\\dir and a\\b"),
        ("Stays:\n- a\n- b\n\n  of b\n1. c", "Stays:\n- a\n- b\n\n  of b\n1. c"),
        ("> - 1. deep\n>   more\nlazy", "> - 1. deep\n>   more\nlazy"),
        ("- a\n-\n- c", "- a\n-\n- c"),
        ("| a | b |\n|--|--|\n| 1 | 2 | 3 |", "a | b\n1 | 2 | 3"),
        ("# **Whole** title\n# Another **one**", "*Whole title*\n*Another one*"),
        ("[w](https://a.b/R_(c)) and <https://a.b>", "w: https://a.b/R_(c) and https://a.b"),
        ("[m](mailto:a@b.c) [r](/x) [c](js:x)", "[m](mailto:a@b.c) [r](/x) [c](js:x)"),
        ("AT&amp;T <b>x</b> a < b", "AT&amp;T <b>x</b> a < b"),
        ("```\nleft open **x**", "```\nleft open **x**\n```"),
        ("~~~sh\nls\n~~~", "```\nls\n```"),
        ("``a`b``", "```a`b```"),
        ("    four spaces are no code", "four spaces are no code"),
        ("a  \nb\\\nc", "a\nb\nc"),
        ("\u0639\u0631 **\u0628** e\u0301 **e\u0301**", "\u0639\u0631 *\u0628* e\u0301 *e\u0301*"),
    ],
)  # fmt: skip
def test_what_models_write_keeps_its_meaning(markdown: str, shown: str) -> None:
    assert for_whatsapp(markdown) == shown


@pytest.mark.parametrize(
    "piece",
    ["[", "**a ", "__a ", "~~a ", "[](http://a", "![a](", "`", "\\", "<", "> ", "- ", "a\n#", "|"],
)
def test_no_mark_repeated_holds_the_gateway_up(piece: str) -> None:
    """Against a plain pass over the same text, by CPU time; the whole kind is in tests/pump."""

    def took(work: object, text: str) -> float:
        began = time.thread_time()
        work(text)  # type: ignore[operator]
        return time.thread_time() - began

    for text in (piece * (40_000 // len(piece)), "# " + piece * 9_000 + "b", piece * 1_300):
        plain = min(took(lambda given: sum(map(ord, given)), text) for _ in range(3))
        assert min(took(for_whatsapp, text) for _ in range(3)) < 1_500 * plain


def test_what_is_too_long_to_be_parsed_is_sent_as_it_came() -> None:
    paragraph, text = "**a** " * 1_000, "**a**\n" * 4_000

    assert for_whatsapp(paragraph + "\n\n**b**") == paragraph.strip() + "\n\n*b*"
    assert for_whatsapp(text) == text.strip()


@given(
    st.lists(
        st.sampled_from(
            ["**", "*", "_", "~~", "`", "[", "](", ")", "https://a.b/c_d", "w", " ", "\n"]
        ),
        max_size=60,
    )
)
def test_no_address_is_broken_and_nothing_of_ours_is_left(pieces: list[str]) -> None:
    text = "".join(pieces)
    shown = for_whatsapp(text)

    assert not re.search("[\ue000-\ue002]", shown)
    assert for_whatsapp(text) == shown
    # A link whose words are its own address is shown once.
    assert shown.count("https://a.b/c_d") <= text.count("https://a.b/c_d")
    assert ("https://a.b/c_d" in text) == ("https://a.b/c_d" in shown)


def test_hundreds_of_parts_are_within_the_limit_too() -> None:
    parts = split("word " * 60_000)

    assert len(parts) > 99
    assert max(map(length, parts)) <= LIMIT
    assert parts[-1].startswith(f"({len(parts)}/{len(parts)})\n")


@given(st.lists(st.sampled_from(["word ", "https://a.b/" + "c" * 40 + " "]), max_size=400))
def test_an_address_is_not_cut_where_a_space_is_near(pieces: list[str]) -> None:
    parts = split("".join(pieces))

    assert sum(part.count("https://a.b/" + "c" * 40) for part in parts) == sum(
        piece.startswith("https") for piece in pieces
    )
