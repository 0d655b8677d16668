from typing import Any

import pytest

from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.google import NO_RESULTS, next_start, search


def found(query: str, **more: str) -> dict[str, Any]:
    return search({"engine": "google", "q": query, **more})


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("what is the capital of France", "Paris"),
        ("capital of the United States", "Washington, D.C."),
        ("who won the world cup in 2014", "Germany"),
        ("how fast is the speed of light?", "299,792,458 metres per second"),
        ("Marie Curie", "A physicist and chemist (1867-1934), pioneer of radioactivity"),
        ("when did the Berlin wall fall", "On 9 November 1989"),
    ],
)
def test_a_known_fact_stands_in_the_answer_box(query: str, answer: str) -> None:
    body = found(query)

    assert body["answer_box"]["answer"] == answer
    assert body["organic_results"][0]["link"] == body["answer_box"]["link"]
    assert ".example.org/" in body["answer_box"]["link"]


def test_what_nobody_knows_brings_results_that_say_what_they_are() -> None:
    body = found("best pizza in Naples")

    assert "answer_box" not in body
    assert [result["position"] for result in body["organic_results"]] == [1, 2, 3, 4, 5]
    assert all("simulated" in result["snippet"].lower() for result in body["organic_results"])
    assert all(".example.org/" in result["link"] for result in body["organic_results"])


@pytest.mark.parametrize("query", ["asdfqwerzxcv", "qwrtpsdf"])
def test_gibberish_has_no_results(query: str) -> None:
    body = found(query)

    assert body["error"] == NO_RESULTS
    assert "organic_results" not in body


@pytest.mark.parametrize("query", ["Knightsbridge", "TypeScript", "rhythm", "asdf keyboard"])
def test_a_strange_word_is_no_gibberish(query: str) -> None:
    assert "error" not in found(query)


def test_the_second_page_goes_on_counting_and_is_the_last() -> None:
    body = found("pizza", start="10")

    assert body["organic_results"][0]["position"] == 11
    assert next_start({"start": "0"}) == 10
    assert next_start({"start": "10"}) is None
    assert found("pizza", start="20")["error"] == NO_RESULTS


def test_the_light_engine_has_fewer_blocks() -> None:
    assert "related_questions" in found("capital of France")
    assert "related_questions" not in search({"engine": "google_light", "q": "capital of France"})


def test_a_query_is_needed() -> None:
    with pytest.raises(SearchRefused, match="Missing query `q` parameter"):
        found(" ")
