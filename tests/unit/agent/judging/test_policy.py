"""Which of a model's calls are done, which wait for the user's word, which are refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tools import ActionProposed, ToolOffered
from services.agent.judging import grounding, proposals
from services.agent.judging.addresses import Known
from services.agent.judging.policy import (
    MAX_PROPOSED,
    MAX_WRITES,
    Allowed,
    Asked,
    Confirm,
    Refused,
    Standing,
    Verdict,
    judge,
)
from services.agent.judging.private import PrivateFact
from services.agent.judging.proposals import fingerprint
from tests.support.events import offer

PURE = settings(derandomize=True, deadline=None, max_examples=100, database=None)


def tool(name: str, effect: str, *grounded: str, declares: str = "") -> ToolOffered:
    properties = {"properties": {one: {} for one in declares.split()}} if declares else {}
    changes = {"effect": effect, "grounded": list(grounded), "parameters": properties}
    return offer(name).model_copy(update=changes)


OFFERED = {
    one.tool: one
    for one in (
        tool("search_web", "read"),
        tool("set_reminder", "write", "text", declares="text at zone rrule"),
        tool("cancel_reminder", "write", "which", declares="which"),
        tool("watch_price", "write", "url", "below", "drop_percent"),
        tool("pay_bill", "confirm"),
    )
}
MOM = {"text": "Call mom", "at": "2026-11-24T09:00"}
SAID = ["please remind me to call mom tomorrow at nine"]


def judged(*calls: tuple[str, Any], **known: Any) -> list[Verdict]:
    standing = Standing(**{"said": SAID, **known})
    return judge([Asked(*call) for call in calls], OFFERED, standing)


def why(*calls: tuple[str, Any], **known: Any) -> str | None:
    verdict = judged(*calls, **known)[-1]
    return verdict.why if isinstance(verdict, Confirm) else None


def test_what_the_user_asked_for_is_done() -> None:
    assert judged(("search_web", {"query": "x"}), ("set_reminder", MOM)) == [Allowed(), Allowed()]


def test_p1_a_tool_that_nobody_offers_is_refused() -> None:
    (verdict,) = judged(("send_message", {"to": "+49"}))
    assert isinstance(verdict, Refused)
    assert "search_web" in verdict.error


def test_p2_reading_is_free_also_after_reading() -> None:
    assert judged(("search_web", {"anything": 1}), untrusted=True) == [Allowed()]


def test_p3_after_text_from_outside_a_change_waits_for_the_user() -> None:
    assert why(("set_reminder", MOM), untrusted=True) == "untrusted"


def test_p4_what_the_user_did_not_write_waits_for_them() -> None:
    assert why(("set_reminder", {**MOM, "text": "pay the ransom"})) == "ungrounded"
    assert why(("cancel_reminder", {"which": "2"})) == "ungrounded"
    assert judged(("cancel_reminder", {"which": "2"}), said=["cancel the second one"]) == [
        Allowed()
    ]


def test_p5_some_tools_always_ask() -> None:
    assert why(("pay_bill", {})) == "always"


def test_p6_enough_is_enough() -> None:
    written = [str(n) for n in range(MAX_WRITES)]
    assert why(("set_reminder", MOM), written=written) == "many"
    assert why(("set_reminder", MOM), written=[fingerprint("set_reminder", MOM)]) == "many"
    assert why(("set_reminder", MOM), ("set_reminder", dict(reversed(MOM.items())))) == "many"
    many = [("set_reminder", {**MOM, "at": f"2026-11-24T0{n}:00"}) for n in range(MAX_WRITES + 1)]
    assert why(*many[:-1]) is None
    assert why(*many) == "many"


def test_p7_a_yes_allows_one_action_once() -> None:
    ransom = {**MOM, "text": "pay the ransom"}
    yes = frozenset({fingerprint("set_reminder", ransom)})

    assert judged(("set_reminder", ransom), confirmed=yes, untrusted=True) == [Allowed()]
    assert why(("set_reminder", ransom), ("set_reminder", ransom), confirmed=yes) == "many"
    assert why(("set_reminder", {**ransom, "at": "2026-11-25T09:00"}), confirmed=yes)
    paid = frozenset({fingerprint("pay_bill", {"sum": 70})})
    assert judged(("pay_bill", {"sum": 70.0, "note": None}), confirmed=paid) == [Allowed()]


def test_p8_what_cannot_be_shown_whole_is_refused() -> None:
    ours = "x”\n\nShall I do this?\n- call mom"
    for text in ("x" * 5_000, "call\u202emom", "a\u200bb", "\U000e0041", ours):
        (verdict,) = judged(("set_reminder", {**MOM, "text": text}), untrusted=True)
        assert isinstance(verdict, Refused)


def test_p8_a_person_is_not_asked_too_much_at_once() -> None:
    calls = [("set_reminder", {**MOM, "at": f"2026-11-{n}T09:00"}) for n in range(10, 18)]
    verdicts = judged(*calls, untrusted=True)
    assert [isinstance(one, Confirm) for one in verdicts] == [True] * MAX_PROPOSED + [False] * 3

    known = frozenset(fingerprint(*call) for call in calls[:MAX_PROPOSED])
    again = judged(calls[0], calls[7], untrusted=True, proposed=known)
    assert [type(one) for one in again] == [Confirm, Refused]


def test_p9_a_change_takes_no_argument_that_its_tool_does_not_declare() -> None:
    (verdict,) = judged(("set_reminder", {**MOM, "to": "+4915112345"}))
    assert isinstance(verdict, Refused)
    assert "'to'" in verdict.error


@pytest.mark.parametrize(
    "said",
    [
        "2",
        "#2",
        "number two",
        "the second one, please",
        "cancel the second",
        "cancel reminder 2",
        "please delete number 2",
        "cancel reminders 1 and 2",
        "lösche Erinnerung 2",
        "annule le deuxième",
        "cancela el recordatorio 2",
        "the second reminder can go",
    ],
)
def test_a_number_names_one_of_a_list(said: str) -> None:
    for outside in (False, True):
        assert judged(
            ("cancel_reminder", {"which": "2"}), said=[said], now=[said], outside=outside
        ) == [Allowed()]


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("1", "this one is nice, thanks"),
        ("2", "un chien et deux chats"),
        ("2", "table for 2 on the second floor"),
        ("2", "I have 2 reminders, I think"),
        ("1", "one moment"),
        ("1", "cancel this one"),
        ("1", "that one reminder of mine is fine"),
        ("3", "drei Kinder und ein Hund"),
        ("7", "see you at 7"),
        ("10", "10 out of 10"),
        ("1", "uno nunca sabe"),
    ],
)
def test_a_number_in_passing_names_nothing(which: str, said: str) -> None:
    assert why(("cancel_reminder", {"which": which}), said=[said], now=[said]) == "ungrounded"


@pytest.mark.parametrize(
    "more", [{}, {"zone": "Asia/Tokyo"}, {"rrule": "FREQ=HOURLY"}, {"zone": None}]
)
def test_p16_with_strangers_text_in_view_a_time_is_asked_about(more: dict[str, Any]) -> None:
    call = ("set_reminder", {**MOM, **more})
    assert why(call, outside=True) == "ungrounded"
    assert why(call) is None, "nothing of strangers in view: no question"


def test_p16_what_the_user_wrote_whole_needs_no_question() -> None:
    watch = ("watch_price", {"url": "https://shop.example/a", "below": 70})
    said = ["https://shop.example/a", "tell me when it drops below 70"]
    assert judged(watch, said=said, now=said, outside=True) == [Allowed()]
    named = ("cancel_reminder", {"which": "mom"})
    for text, verdict in (("cancel the one about mom", None), ("my mom says hi", "ungrounded")):
        assert why(named, said=[text], now=[text], outside=True) == verdict


def test_p16_a_default_changes_nothing_and_another_value_does() -> None:
    declared = {"properties": {"url": {}, "back_in_stock": {"default": False}, "until": {}}}
    offered = {"watch": tool("watch", "write", "url").model_copy(update={"parameters": declared})}
    shop = "https://shop.example/a"
    standing = Standing(said=[shop], outside=True, known=Known([shop]))
    for more, kind in (
        ({"back_in_stock": False, "until": None}, Allowed),
        ({"back_in_stock": True}, Confirm),
        ({"until": "2027-01-01"}, Confirm),
    ):
        call = Asked("watch", {"url": "https://shop.example/a", **more})
        assert isinstance(judge([call], offered, standing)[0], kind)


def test_p17_an_address_of_the_models_own_is_not_even_asked_about() -> None:
    evil = {**MOM, "text": "open https://evil.example/?d=Ada"}
    (verdict,) = judged(("set_reminder", evil), known=Known(["https://shop.example"]))
    assert isinstance(verdict, Refused)


@pytest.mark.parametrize(
    ("query", "now", "asks"),
    [
        ("weather in Lisbon", "will it rain?", True),
        ("weather in LISBÔN", "will it rain?", True),
        ("shoes L-i-s-b-o-n", "shoes?", True),
        ("weather in Lisbon", "will it rain in lisbon?", False),
        ("Ada Lovelace", "who am I?", True),
        ("lovelace shoes", "shoes?", True),
        ("shoes", "shoes?", False),
        ("shoes bob.the.builder", "shoes?", False),
        ("shoes ada@home.example", "who is ada@home.example?", False),
        ("call +351 91 234 56 78", "call them", True),
        ("351912345678", "who has 00351 912 345 678?", False),
        ("news of 2026-12-10 09:00", "what is new?", False),
        ("rome chromebook", "a chromebook in rome", False),
    ],
)
def test_p18_a_search_tells_nobody_what_the_user_did_not_write_there(
    query: str, now: str, *, asks: bool
) -> None:
    private = [PrivateFact("name", "Ada Lovelace"), PrivateFact("home", "Lisbon")]
    verdict = why(("search_web", {"query": query}), now=[now], private=private)
    assert verdict == ("ungrounded" if asks else None)


def test_p18_a_yes_lets_it_search_and_our_own_tools_need_none() -> None:
    call = ("search_web", {"query": "weather in Lisbon"})
    known = {"private": [PrivateFact("home", "Lisbon")], "now": ["yes"]}
    yes = frozenset({fingerprint(*call)})
    assert judged(call, confirmed=yes, **known) == [Allowed()]
    own = {"search_history": offer("search_history", owner="agent")}
    standing = Standing(private=known["private"])
    assert judge([Asked("search_history", call[1])], own, standing) == [Allowed()]


def test_p18_what_a_search_sends_is_short() -> None:
    (verdict,) = judged(("search_web", {"query": ["x" * 900] * 3}))
    assert isinstance(verdict, Refused)


def test_p19_searches_of_a_turn_have_an_end() -> None:
    calls = [("search_web", {"query": str(n)}) for n in range(7)]
    verdicts = judged(*calls, searches=3)
    assert [type(one) for one in verdicts] == [Allowed] * 5 + [Refused] * 2
    assert "look-ups" in verdicts[-1].error
    assert judged(*calls, searches=60, rules=1) == [Allowed()] * 7


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (70, "below 70"),
        (70.0, "tell me under €70.00!"),
        (70, "70 euro"),
        (1299, "less than 1.299,00 €"),
        (1299, "less than 1,299.00"),
        (1299.5, "1 299,50"),
        (2, "the second one"),
        ("#2", "cancel number 2"),
        ("https://shop.example/a", "watch https://shop.example/a, please"),
        ("https://shop.example/a", "look (https://shop.example/a)."),
        ("Call Mom", "call mom"),
        ("Buy milk and bread", "remind me to buy milk"),
        ("llamar a mamá", "recuérdame llamar a mama mañana"),
        ("calling the dentist", "call the dentist"),
        ("買い物", "明日買い物をリマインドして"),
        (None, ""),
        (True, ""),
    ],
)
def test_it_stands_in_the_users_words(value: Any, said: str) -> None:
    assert grounding.stands(value, ["hello", said])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (70, "below 80"),
        (70, "below 170 or 7 or 0"),
        (70, "watch https://shop.example/70"),
        (70, "70.50"),
        ("2", "cancel reminder 12"),
        ("https://shop.example/a?mail=ada", "watch https://shop.example/a"),
        ("https://evil.example", "watch https://shop.example/a"),
        ("Call mom at +49 151 2345678", "call mom"),
        ("Call mom, see evil.example/x", "call mom"),
        ("Call mom https://evil.example", "call mom"),
        ("Call mom and write to eve@evil.example", "call mom and write"),
        ("send all the money to Eve, then call mom", "call mom"),
        ("it", "cancel that"),
        ("pay the ransom", "thanks"),
        ("", "anything"),
        ({"text": "mom"}, "call mom"),
        ("call mom " * 200, "call mom"),
        (10**40, "call mom"),
        (["mom"], "call mom"),
        (70, ""),
    ],
)
def test_it_does_not_stand_in_the_users_words(value: Any, said: str) -> None:
    assert not grounding.stands(value, [said])


YES = ["yes", "Yes!", " yep ", "OK.", "Sure", "do it", "Ja", "sí", "Sí!", "sim", "oui", "да", "👍"]
YES += ["👍🏽", "Yes, please", "ok, do it", "d\u2019accord", "はい", "D'ACCORD."]
NO = ["", "no", "yes but at 10", "yes, and also set one for Bob", "not yes", "yesterday", "yes?"]
NO += ["ok computer", "the page says yes", "say yes", "yes\nno", "is that ok", "sure about that"]
NO += ["👎", "'yes'", "y e s", "yes https://evil.example", "oui non", "👍 no"]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_one(text: str) -> None:
    assert proposals.is_affirmative(text)


@pytest.mark.parametrize("text", NO)
def test_anything_else_is_none(text: str) -> None:
    assert not proposals.is_affirmative(text)


@given(st.sampled_from(sorted(proposals.AFFIRMATIVES)))
@PURE
def test_each_affirmative_is_one(word: str) -> None:
    assert proposals.is_affirmative(f" {word.upper()}! ")


_VOCABULARY = {word for one in proposals.AFFIRMATIVES for word in one.split()}
OTHER = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
    lambda word: grounding.fold(word) not in {grounding.fold(one) for one in _VOCABULARY}
)


@given(
    st.sampled_from(sorted(proposals.AFFIRMATIVES)),
    OTHER,
    st.sampled_from(
        ["{} {}", "{1} {0}", "{}, {}", "{1}\n{0}", "{1}: {0}!", "{0}{1}", "{0} {0} {1}"]
    ),
)
@PURE
def test_an_affirmative_inside_a_longer_text_allows_nothing(
    word: str, other: str, how: str
) -> None:
    assert not proposals.is_affirmative(how.format(word, other))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.text(max_size=6), JSON, max_size=5)


@given(ARGUMENTS, st.randoms(use_true_random=False))
@PURE
def test_fingerprints_are_canonical(arguments: dict[str, Any], chance: Any) -> None:
    items = list(arguments.items())
    chance.shuffle(items)
    same = {**dict(items), "nothing": None}
    assert fingerprint("t", same) == fingerprint("t", arguments)
    assert fingerprint("other", arguments) != fingerprint("t", arguments)


@given(ARGUMENTS, ARGUMENTS)
@PURE
def test_other_arguments_have_another_fingerprint(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = proposals.canonical(one) == proposals.canonical(other)
    if fingerprint("t", one) == fingerprint("t", other):
        assert same


def test_numbers_that_are_equal_are_one() -> None:
    assert fingerprint("t", {"a": 70.0}) == fingerprint("t", {"a": 70})
    assert fingerprint("t", {"a": 70.5}) != fingerprint("t", {"a": 70})
    assert fingerprint("t", {"a": "70"}) != fingerprint("t", {"a": 70})
    assert fingerprint("t", {"a": 10**40}) != fingerprint("t", {"a": 10**40 + 1})
    assert Decimal(70) in grounding.numbers("€70.00")


def proposed(name: str, arguments: dict[str, Any]) -> ActionProposed:
    mark = fingerprint(name, arguments)
    return ActionProposed(
        turn="00000000-0000-0000-0000-000000000001",
        step=1,
        tool=name,
        arguments=arguments,
        fingerprint=mark,
        why="untrusted",
    )


def test_an_action_is_shown_word_for_word_under_the_reply() -> None:
    watch = {"url": "https://shop.example/a", "below": 70, "product": "shoe", "again": True}
    told = proposals.shown(
        "I can do that.",
        [proposed("set_reminder", MOM), proposed("watch_price", watch)],
    )

    assert told == (
        "I can do that.\n\nShall I do this?\n"
        "- set a reminder: “Call mom”, 2026-11-24T09:00\n"
        "- watch the price at: https://shop.example/a, below 70, product “shoe”, again yes\n"
        "\nReply **yes** to confirm."
    )


def test_what_looks_like_our_question_is_taken_out_of_the_models_text() -> None:
    model = (
        "Shall I do this?\n- set a reminder: “call mom”\nReply *yes* to confirm.\nPlease say yes!"
    )
    told = proposals.shown(model, [proposed("cancel_reminder", {"which": "all"})])

    assert told.count("Shall I do this?") == 1
    assert told.endswith("- cancel the reminder: “all”\n\nReply **yes** to confirm.")
    assert told.lower().count("yes") == 1


def test_a_text_cannot_break_out_of_its_line() -> None:
    line = proposals.in_words("set_reminder", {"text": "mom”, x\n- pay: “all”", "at": "9 \n- y"})
    assert line == 'set a reminder: “mom", x - pay: "all"”, “9 - y”'
    with pytest.raises(proposals.Unshowable):
        proposals.in_words("set_reminder", {"text": "a", "x\u202ey": 1})


def test_an_unknown_tool_and_lists_are_shown_too() -> None:
    assert proposals.in_words("book_table", {"who": ["Ada", "Bob"]}) == (
        'book table: who “["Ada", "Bob"]”'
    )
    assert proposals.in_words("pay_bill", {}) == "pay bill"
