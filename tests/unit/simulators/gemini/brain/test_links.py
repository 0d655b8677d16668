import pytest

from simulators.gemini.brain.clauses import split
from simulators.gemini.brain.links import find_links, marked

AWKWARD = "https://shop.example.org/p/trail.shoe?size=42,43&q=a;b#top?x"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://a.example/x.", "https://a.example/x"),
        ("is https://a.example/x?y=1 cheap?", "https://a.example/x?y=1"),
        ("is it this: https://a.example/x?", "https://a.example/x"),
        ("(https://a.example/x_(2))", "https://a.example/x_(2)"),
        ("*https://a.example/x*!", "https://a.example/x"),
        (f"buy {AWKWARD}, please", AWKWARD),
        ("HTTP://127.0.0.1:8100/shop/p/1", "HTTP://127.0.0.1:8100/shop/p/1"),
    ],
)
def test_a_link_ends_before_the_sentences_own_punctuation(text: str, link: str) -> None:
    assert find_links(text) == [link]


def test_marks_keep_links_whole_through_a_split() -> None:
    texts, links = marked([f"Look at {AWKWARD}. Is it cheap? And {AWKWARD}2"])

    clauses = [links.restored(clause) for clause in split(texts)]

    assert clauses == [f"Look at {AWKWARD}.", "Is it cheap?", f"And {AWKWARD}2"]


def test_a_character_of_private_use_is_no_mark() -> None:
    texts, links = marked(["\ue000 and https://a.example"])

    assert links.restored(texts[0]).strip() == "and https://a.example"
