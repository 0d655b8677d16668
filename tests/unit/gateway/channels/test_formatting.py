"""Markdown as models write it, beyond the first examples."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.formatting import for_whatsapp
from services.gateway.channels.parts import LIMIT, length, split


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
