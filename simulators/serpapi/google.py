"""The google and google_light engines: what the corpus knows, else pages that say what they are.

Beside them stand places, where the words name a kind of them (google_local.py).
"""

import re
from collections.abc import Mapping

from simulators.serpapi.errors import SearchRefused
from simulators.serpapi.google_local import local_pack, origin_of
from simulators.serpapi.knowledge import Article, known
from simulators.serpapi.offers import Body

NO_RESULTS = "Google hasn't returned any results for this query."
_PAGE, _PAGES = 5, 2
_RUNS = re.compile(
    "qwer|wert|erty|rtzu|uiop|asdf|sdfg|dfgh|fghj|ghjk|hjkl|yxcv|zxcv|xcvb|cvbn|vbnm"
)


def search(parameters: Mapping[str, str]) -> Body:
    """The engine's blocks. Raises SearchRefused without a query."""
    query = parameters.get("q", "").strip()
    if not query:
        raise SearchRefused("Missing query `q` parameter.")
    origin = origin_of(parameters)
    start = int(parameters["start"]) if parameters.get("start", "").isdecimal() else 0
    page = start // 10
    if page >= _PAGES or all(is_gibberish(word) for word in query.split()):
        return {
            "search_information": {
                "query_displayed": query,
                "organic_results_state": "Fully empty",
            },
            "error": NO_RESULTS,
        }
    facts = known(query) if page == 0 else []
    results = [_of_fact(fact) for fact in facts[:_PAGE]]
    results += [_simulated(query, page, number) for number in range(len(results), _PAGE)]
    body: Body = {
        "search_information": {
            "query_displayed": query,
            "total_results": _PAGE * _PAGES,
            "time_taken_displayed": 0.21,
            "organic_results_state": "Results for exact spelling",
        }
    }
    if facts:
        body["answer_box"] = _answer_box(facts[0])
    if page == 0:
        body |= local_pack(query, origin)
    body["organic_results"] = [
        {"position": start + number, **result} for number, result in enumerate(results, 1)
    ]
    if facts and parameters.get("engine") != "google_light":
        body["related_questions"] = _related(facts[0])
    return body


def next_start(parameters: Mapping[str, str]) -> int | None:
    start = int(parameters["start"]) if parameters.get("start", "").isdecimal() else 0
    return start + 10 if start // 10 + 1 < _PAGES else None


def _answer_box(fact: Article) -> Body:
    return {
        "type": "organic_result",
        "title": fact.title,
        "answer": fact.answer,
        "snippet": fact.text,
        "link": fact.link,
        "displayed_link": _displayed(fact.link),
    }


def _of_fact(fact: Article) -> Body:
    return {
        "title": fact.title,
        "link": fact.link,
        "displayed_link": _displayed(fact.link),
        "snippet": fact.text,
        "snippet_highlighted_words": [fact.answer],
        "source": "Simulated Encyclopedia",
    }


def _simulated(query: str, page: int, number: int) -> Body:
    """Plainly no finding: whoever reads it must not take it for one."""
    slug = re.sub(r"\W+", "-", query.lower()).strip("-") or "query"
    link = f"https://web{page * _PAGE + number + 1}.example.org/{slug}"
    return {
        "title": f"{query[:1].upper()}{query[1:]} (simulated page {page * _PAGE + number + 1})",
        "link": link,
        "displayed_link": _displayed(link),
        "snippet": "A simulated result: nobody has looked this up on the real web.",
        "source": "SerpApi simulator",
    }


def _related(fact: Article) -> list[Body]:
    return [
        {
            "question": f"What is known about {fact.title}?",
            "snippet": fact.text,
            "title": fact.title,
            "link": fact.link,
        }
    ]


def _displayed(link: str) -> str:
    return link.replace("/", " › ").replace(": ›  › ", "://")


def is_gibberish(word: str) -> bool:
    """Keys in a row, or a long word without a vowel."""
    lowered = word.lower()
    letters = re.sub(r"[^a-z]", "", lowered)
    return len(_RUNS.findall(lowered)) > 1 or (
        len(letters) == len(word) > 5 and not re.search("[aeiouy]", letters)
    )
