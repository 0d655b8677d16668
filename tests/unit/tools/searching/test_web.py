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


async def search(
    found: dict[str, Any], asked: dict[str, str] | None = None, **more: str
) -> dict[str, Any]:
    async def answers(_engine: str, **parameters: str) -> dict[str, Any]:
        (asked if asked is not None else {}).update(parameters)
        return found

    tool = web.tool(SimpleNamespace(search=answers))  # type: ignore[arg-type]
    arguments = WebSearch.model_validate({"query": "otters", **more})
    return (await tool.run(arguments, None)).result  # type: ignore[arg-type]


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


async def test_places_stand_before_pages() -> None:
    spot = {"latitude": 52.52245, "longitude": 13.41515}
    place = {"title": "Otter Pool", "address": "2 High St", "gps_coordinates": spot}
    told = await search({"organic_results": [PAGE], "local_results": {"places": [place]}})

    assert list(told) == ["note", "places", "pages", "summary"]
    assert told["places"][0]["name"] == "Otter Pool"
    assert told["summary"].startswith("- Otter Pool; 2 High St\n- Otters:")


async def test_a_spot_on_the_map_is_told_to_the_vendor_to_some_ten_metres() -> None:
    asked: dict[str, str] = {}
    await search({}, asked, near="52.52190123456789, -104.99034")
    assert (asked["lat"], asked["lon"]) == ("52.5219", "-104.9903")

    plain: dict[str, str] = {}
    await search({}, plain)
    assert not plain.keys() & {"lat", "lon", "location"}


@pytest.mark.parametrize(
    "near", ["91,13", "52,181", "nan,1", "1e3,4", "52.5", "52.5,13.4,1", "Berlin", "", "9" * 500]
)
def test_what_is_no_spot_on_the_map_is_refused(near: str) -> None:
    with pytest.raises(ValueError, match="near"):
        WebSearch(query="otters", near=near)
