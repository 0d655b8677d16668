"""Which place a reply may send: one that a result holds, as it stands there."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.conversation import ReplyReady
from contracts.places import LONGEST_ADDRESS, LONGEST_NAME, Location
from services.agent.buttons.places import MOST, named
from taskflow.words.labels import length
from tests.support.golden_house import PHARMACY, House, says
from tests.unit.agent.buttons.pressing import lived
from tests.unit.agent.test_undo import of, said

CORNER = {"id": "p1", "name": "Corner", "address": "2 High St", "latitude": 52.5, "longitude": 13.4}


def found(*places: Any) -> dict[str, Any]:
    return {"places": list(places), "pages": []}


def test_a_place_is_sent_as_its_result_has_it() -> None:
    sent = named("p1", [found({**CORNER, "rating": "4.5"})])
    assert sent == Location(latitude=52.5, longitude=13.4, name="Corner", address="2 High St")


def test_the_newest_result_that_has_it_counts() -> None:
    results = [found({**CORNER, "name": "Old"}), found(CORNER), {"hits": 3}]
    sent = named("p1", results)
    assert sent is not None
    assert sent.name == "Corner"


@pytest.mark.parametrize("id_", ["p2", "", "52.5,13.4", "Corner", "P1", "p" * 1_000])
def test_what_no_result_has_is_not_sent(id_: str) -> None:
    assert named(id_, [found(CORNER)]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": math.nan},
        {"latitude": math.inf},
        {"longitude": -math.inf},
        {"latitude": 90.1},
        {"longitude": 181},
        {"latitude": 10**400},
        {"latitude": "52.5"},
        {"latitude": True},
        {"latitude": None},
        {"name": ""},
        {"name": None},
        {"name": " \u202e\u200b "},
        {"name": ["Corner"]},
        {"id": 1},
    ],
)
def test_a_place_that_lies_nowhere_or_has_no_name_is_not_sent(wrong: dict[str, Any]) -> None:
    assert named("p1", [found({**CORNER, **wrong})]) is None


@pytest.mark.parametrize("odd", [None, 7, "x", {"id": "p1"}, [None, 7, "p1", ["p1"]], [{}]])
def test_a_result_of_another_shape_holds_none(odd: Any) -> None:
    assert named("p1", [{"places": odd}]) is None


def test_no_more_of_a_result_is_looked_at_than_a_phone_could_show() -> None:
    many = [{**CORNER, "id": f"n{n}"} for n in range(MOST)]
    assert named("p1", [found(*many, CORNER)]) is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Pay at evil.example/pay now", "Pay at evil[.]example now"),
        ("call +49 170 1234567", "call …"),
        ("✓ Reminder set", "Reminder set"),
        ("Two\nlines\u2028here", "Two lines here"),
        ("\u202egnihton", "gnihton"),
        ("صيدلية الركن", "صيدلية الركن"),
        ("क्‍ष", "क्‍ष"),
    ],
)
def test_a_name_is_a_strangers_text_on_one_line(name: str, told: str) -> None:
    sent = named("p1", [found({**CORNER, "name": name, "address": name})])
    assert sent is not None
    assert (sent.name, sent.address) == (told, told)


@given(st.text(min_size=1), st.text())
def test_whatever_a_result_says_the_pin_has_bounds(name: str, address: str) -> None:
    sent = named("p1", [found({**CORNER, "name": name * 50, "address": address * 50})])
    assert sent is None or (
        0 < length(sent.name) <= LONGEST_NAME
        and length(sent.address or "") <= LONGEST_ADDRESS
        and len((sent.name + (sent.address or "")).splitlines()) == 1
    )


def test_a_huge_name_is_read_in_no_time() -> None:
    sent = named("p1", [found({**CORNER, "name": "a.b/" * 1_000_000})])
    assert sent is None or length(sent.name) <= LONGEST_NAME


def placing(place: Any) -> Any:
    told = {"text": "It is near you.", "language": "en", "says_done": [], "place": place}
    return says(None, ("reply", told))


async def sent(*answers: Any) -> list[Location | None]:
    """What each answer of a turn of its own sent, behind a search that found the pharmacy."""
    places: list[Location | None] = []

    async def story(house: House) -> None:
        search = ("search_web", {"query": "pharmacy"})
        for n, answer in enumerate(answers):
            searched = [says(None, search)] if n == 0 else []
            await said(house, "is there a pharmacy near me?", *searched, answer)
            reply = of(house, ReplyReady)[-1]
            assert reply.text.startswith("It is near you.")
            places.append(reply.location)

    await lived(story)
    return places


async def test_a_reply_sends_one_that_a_result_holds_and_none_of_the_models_own() -> None:
    told = Location.model_validate({key: PHARMACY[key] for key in PHARMACY if key != "id"})
    invented = ["p00000000", "38.7167,-9.1333", "geo:1,2|x", {**PHARMACY}, [PHARMACY["id"]], 7]
    found = await sent(*map(placing, [" p0a1b2c3d ", *invented, "p0a1b2c3d"]))
    assert found == [told, *[None] * len(invented), told]
