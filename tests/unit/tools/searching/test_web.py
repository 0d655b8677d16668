"""What a search of the web tells, whatever the vendor's fields hold."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.tools.searching import web
from services.tools.searching.web import MAX_SNIPPET, MAX_TITLE, WebSearch

PAGE = {
    "title": "Otters",
    "link": "https://otters.example/a",
    "snippet": "They hold hands.",
    "date": "3 days ago",
}


async def search(found: dict[str, Any]) -> dict[str, Any]:
    async def answers(_engine: str, **_parameters: str) -> dict[str, Any]:
        return found

    tool = web.tool(SimpleNamespace(search=answers))  # type: ignore[arg-type]
    return (await tool.run(WebSearch(query="otters"), None)).result  # type: ignore[arg-type]


async def test_pages_are_told_with_their_addresses() -> None:
    told = await search({"organic_results": [PAGE], "answer_box": {"answer": 42}})

    assert told["pages"] == [PAGE]
    assert told["answer"] == {"text": "42", "link": None}
    assert told["summary"] == "42\n- Otters: They hold hands.\n  https://otters.example/a"


async def test_no_field_is_longer_than_it_may_be() -> None:
    long = {"title": "t" * 1_000_000, "link": "https://a.example/" + "x" * 10_000}
    told = await search({"organic_results": [{**PAGE, **long, "snippet": "s " * 1_000_000}] * 99})

    assert len(told["pages"]) == web.MOST
    for page in told["pages"]:
        assert len(page["title"]) <= MAX_TITLE
        assert len(page["snippet"]) <= MAX_SNIPPET
        assert page["link"] is None
    assert len(told["summary"]) < web.MOST * 1_200


@pytest.mark.parametrize("odd", [None, 7, "x", [], [None, 3, "x", []], {"a": 1}, [{"title": {}}]])
async def test_a_field_of_another_type_is_as_good_as_none(odd: Any) -> None:
    told = await search({"organic_results": odd, "answer_box": odd, "knowledge_graph": odd})

    assert "answer" not in told
    assert all(page["title"] is None for page in told["pages"])


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://me@a.example/", "https://a b", "//a", "https://", 5]
)
async def test_what_is_no_address_is_not_told_as_one(link: Any) -> None:
    told = await search({"organic_results": [{**PAGE, "link": link}]})

    assert told["pages"][0]["link"] is None
    assert str(link) not in told["summary"] or link == 5
