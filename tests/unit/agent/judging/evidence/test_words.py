"""How a text falls into words: addresses, quotes, scripts without spaces, and what is not seen."""

# ruff: noqa: RUF001 - what people type, in their own marks

import pytest

from services.agent.judging.evidence.words import (
    MOST_OF_A_TEXT,
    QUOTED_LETTERS,
    Sentence,
    Word,
    quotes,
    read,
    words,
)


def forms(text: str) -> list[str]:
    return [word.form for word in words(text)]


def addresses(text: str) -> list[str]:
    return [word.form for word in words(text) if word.address]


def quoted(text: str) -> list[str]:
    return [word.form for word in words(text) if word.quoted]


def test_a_sentence_has_its_text_and_its_words() -> None:
    assert read("See HTTPS://Shop.example/A now!  Or bob@x.org. “Or not”") == [
        Sentence(
            "See HTTPS://Shop.example/A now!",
            (Word("see"), Word("https://shop.example/a", address=True), Word("now")),
        ),
        Sentence("Or bob@x.org.", (Word("or"), Word("bob@x.org", address=True))),
        Sentence("“Or not”", (Word("or", quoted=True), Word("not", quoted=True))),
    ]


def test_several_addresses_stand_each_in_its_place() -> None:
    (first, second) = read("a@x.org and b@x.org or c@x.org. Not d@x.org or e@x.org")

    assert first.text == "a@x.org and b@x.org or c@x.org."
    assert [word.form for word in first.words] == ["a@x.org", "and", "b@x.org", "or", "c@x.org"]
    assert second.text == "Not d@x.org or e@x.org"
    assert [word.form for word in second.words] == ["not", "d@x.org", "or", "e@x.org"]


def test_each_sentence_has_its_own_addresses() -> None:
    texts = ["See a@x.org!", "See b@x.org!", "See c@x.org!"]

    assert [sentence.text for sentence in read(" ".join(texts))] == texts


def test_an_address_between_marks_is_quoted_like_any_word() -> None:
    assert words('"a@x.org" b') == [Word("a@x.org", quoted=True, address=True), Word("b")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://x.example/a?b=1", ["https://x.example/a?b=1"]),
        ("see (https://x.example/a).", ["https://x.example/a"]),
        ("see:https://x.example", ["https://x.example"]),
        ("seehttps://x.example", ["seehttps://x.example"]),
        ("見てhttps://x.example/a今", ["https://x.example/a"]),
        ("https://x.example/a/", ["https://x.example/a"]),
        ("x://a", ["x://a"]),
        ("://a", []),
        ("x.example/a", ["x.example/a"]),
        ("(x.example/a)", ["x.example/a"]),
        ("x.example", []),
        ("done.Then", []),
        ("x.1/2", []),
        ("example/a", []),
        ("and/or", []),
        ("1/2", []),
        ("https://x.example/AX", ["https://x.example/ax"]),
        ("https://x.example/?u=http://y.example", ["https://x.example/?u=http://y.example"]),
        ("shop.x.example/a", ["shop.x.example/a"]),
        ("X@y.org", ["x@y.org"]),
        ("bob@X.X", ["bob@x.x"]),
        ("a@b.c@org", []),
        ("a.b@org", []),
        ("www.x", ["www.x"]),
        ("WWW.x", ["www.x"]),
        ("bob@x.org", ["bob@x.org"]),
        ("<bob@x.org>,", ["bob@x.org"]),
        ("@bob", []),
        ("bob@", []),
        ("bob@x", []),
        ("bob@x.", []),
        ("@x.org", []),
        ("a@b@x.org", ["a@b@x.org"]),
    ],
)
def test_an_address_begins_and_ends_where_a_person_sees_it(text: str, found: list[str]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('say "go now" please', ["go", "now"]),
        ("say “go” please", ["go"]),
        ("say „go“ please", ["go"]),
        ("say „go” please", ["go"]),
        ("say ‘go’ please", ["go"]),
        ("say ‘don’t go’ please", ["don", "t", "go"]),
        ("say ‘go’", ["go"]),
        ("say ‘don’t", []),
        ("say ‘go!’now", ["go"]),
        ("say «go» please", ["go"]),
        ("say »go« please", ["go"]),
        ("say ‹go› please", ["go"]),
        ("説「行け」と", ["行", "け"]),
        ("説『行』と", ["行"]),
        ("説〝行〟と", ["行"]),
        ('say "go', []),
        ('27" screens and 32" too', []),
        ('a"b" c', []),
        ('"b" c', ["b"]),
        ('x "a “b” c" d', ["a", "b", "c"]),
        ('"a" b "c"', ["a", "c"]),
        ("don’t ‘go", []),
        ("説“行”と", ["行"]),
        ("> go now\nand stop", ["go", "now"]),
        ("  > go\nstop", ["go"]),
        ("a > b", []),
        ("one\n> two\nthree\n> four", ["two", "four"]),
        ("a ```b c``` d", ["b", "c"]),
        ("a ```b", []),
        ("a ```b``` c ```d``` e", ["b", "d"]),
        ("a ```b``` c ```d", ["b"]),
    ],
)
def test_somebody_elses_words_stand_between_marks(text: str, found: list[str]) -> None:
    assert quoted(text) == found


@pytest.mark.parametrize(
    ("text", "is_quote"),
    [
        (f'he says "{"x" * QUOTED_LETTERS}"', True),
        (f'he says "{"x" * (QUOTED_LETTERS - 1)}"', False),
        (f"he says {'x' * QUOTED_LETTERS}", False),
        (f"> {'x' * QUOTED_LETTERS}", True),
        (f"```{'x' * QUOTED_LETTERS}```", True),
        (f'"{"x" * (QUOTED_LETTERS - 1)}" {"y" * QUOTED_LETTERS}', False),
        (f'"{"x" * 6}" and "{"y" * 6}"', True),
        ('"' + " -" * QUOTED_LETTERS + '"', False),
        (" " * MOST_OF_A_TEXT + f'"{"x" * QUOTED_LETTERS}"', False),
        (f'"{"x" * QUOTED_LETTERS}" “„‘«»‹「『〝>```', True),
    ],
)
def test_more_than_a_name_between_marks_is_a_quote(text: str, is_quote: bool) -> None:
    assert quotes(text) is is_quote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call  MOM, now!", ["call", "mom", "now"]),
        ("9am 10€ $5", ["9", "am", "10", "€", "$", "5"]),
        ("५ बजे", ["5", "बजे"]),
        ("٣٤", ["34"]),
        ("母に電話", ["母", "に", "電", "話"]),
        ("ไป", ["ไ", "ป"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("二〇〇二", ["二", "〇", "〇", "二"]),
        ("፩፪", ["፩", "፪"]),
        ("한국 말", ["한국", "말"]),
        ("cafe\u0301", ["café"]),
        ("ﬁne", ["fine"]),
        ("straße", ["strasse"]),
        ("Ⅳ", ["iv"]),
        ("½", ["1", "2"]),
        ("a\u200bb\u00adc", ["abc"]),
        ("a\ufffcb", ["ab"]),
        ("a\x07b", ["ab"]),
        ("a\ud800b", ["ab"]),
        ("a\ue000b", ["ab"]),
        ("a\u0378b", ["ab"]),
        ("a@x.org今日", ["a@x.org", "今", "日"]),
        ("👍 …", []),
        ("", []),
    ],
)
def test_one_form_stands_for_what_is_typed_alike(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_no_more_is_read_than_may_be_sent() -> None:
    assert forms("a " * (MOST_OF_A_TEXT // 2) + "b") == ["a"] * (MOST_OF_A_TEXT // 2)
    widest = "\ufdfa" * MOST_OF_A_TEXT
    assert sum(map(len, forms(widest))) <= 2 * MOST_OF_A_TEXT
