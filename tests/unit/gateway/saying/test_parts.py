"""A reply in parts: code stays code across them."""

import re

import pytest

from services.gateway.saying.parts import LIMIT, length, split

CODE = "\n".join(f"    print({n}, 'a line of code')" for n in range(200))


def body(part: str) -> str:
    return re.sub(r"^\(\d+/\d+\)\n", "", part)


@pytest.mark.parametrize(
    "text",
    [
        f"Here:\n```\n{CODE}\n```\nThat is all.",
        f"{'word ' * 318}\n```\n{CODE}\n```",
        f"```\n{'x' * 5_000}\n```",
        "\n\n".join(f"Step {n}:\n```\nmake {n}\n```" for n in range(200)),
    ],
)
def test_code_is_closed_in_each_part_and_opened_in_the_next(text: str) -> None:
    parts = split(text)

    assert len(parts) > 1
    for part in parts:
        assert length(part) <= LIMIT
        assert part.count("```") % 2 == 0
        assert "```\n```" not in part
    said = "".join(body(part) for part in parts)
    assert re.sub(r"```|\s", "", said) == re.sub(r"```|\s", "", text)


def test_the_indentation_of_code_is_kept_where_it_goes_on() -> None:
    _, second, *_ = split(f"```\n{CODE}\n```")

    assert body(second).startswith("```\n    print(")


@pytest.mark.parametrize("character", ["🇩🇪", "👩‍👩‍👧", "👍🏽", "क्षि", "e\u0301", "각", "1️⃣", "நி"])
@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_no_cut_parts_what_shows_as_one_character(character: str, before: str) -> None:
    parts = [body(part) for part in split(before + character * 2_000)]
    assert len(parts) > 1
    assert "".join(parts) == before + character * 2_000
    assert all(part.removeprefix(before) == character * part.count(character) for part in parts)
