"""What comes in and goes out at the edges: signatures, parameters, formatting, parts."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from services.gateway.channels.links import CallbackLinks
from services.gateway.channels.twilio import inbound
from services.gateway.channels.twilio.forms import InboundForm, Unusable, inbound_form
from services.gateway.channels.twilio.signature import is_twilios
from services.gateway.channels.twilio.urlencoded import TooManyFields, parsed
from services.gateway.saying.formatting import for_whatsapp
from services.gateway.saying.parts import CAPTION, LIMIT, length, split
from taskflow.foreign_text import storable

URL = "https://taskflow.example.org/webhook"
SID = "SM" + "a" * 32
ACCOUNT = "AC" + "b" * 32
FORM = {
    "MessageSid": [SID],
    "AccountSid": [ACCOUNT],
    "From": ["whatsapp:+491701234567"],
    "To": ["whatsapp:+14155238886"],
    "Body": [""],
    "NumMedia": ["0"],
}


def signed(form: dict[str, list[str]], token: str = "token", url: str = URL) -> str:
    values = {k: v[0] if len(v) == 1 else v for k, v in form.items()}
    return RequestValidator(token).compute_signature(url, values)


def test_a_signature_fits_by_either_token() -> None:
    assert is_twilios(["token"], URL, FORM, signed(FORM))
    assert is_twilios(["new", "token"], URL, FORM, signed(FORM))
    assert not is_twilios(["other"], URL, FORM, signed(FORM))


@pytest.mark.parametrize(
    ("more", "is_forwarded"),
    [
        ({"Body": "hi"}, False),
        ({"Body": "Forwarded"}, False),
        ({"Body": "hi", "Forwarded": "true"}, True),
        ({"Body": "hi", "FrequentlyForwarded": "true"}, True),
        ({"Body": "hi", "Forwarded": "false"}, False),
        # Twilio signs keys and values as one text.
        ({"Body": "hiForwardedtrue"}, True),
        ({"ExternalUserId": "whatsapp:+491701234567", "Body": "hiForwardedtrue"}, False),
    ],
)
def test_a_forwarded_message_is_known_as_one(more: dict[str, str], *, is_forwarded: bool) -> None:
    assert inbound.message(read(**more)).forwarded is is_forwarded


@pytest.mark.parametrize("kind", ["reaction", "poll", "unsupported", "a kind of tomorrow", ""])
def test_a_kind_without_words_is_no_empty_text(kind: str) -> None:
    assert inbound.message(read(MessageType=kind)).kind == "other"
    assert inbound.message(read(MessageType=kind, Body="👍")).kind == "text"


@pytest.mark.parametrize(
    ("sid", "quotes"), [("SM" + "c" * 32, "SM" + "c" * 32), ("", None), ("x" * 5_000, None)]
)
def test_what_a_message_answers_is_kept(sid: str, quotes: str | None) -> None:
    assert inbound.message(read(Body="yes", OriginalRepliedMessageSid=sid)).quotes == quotes


@pytest.mark.parametrize("change", ["alter", "add", "drop", "url", "empty"])
def test_any_change_breaks_the_signature(change: str) -> None:
    form, url, signature = {k: list(v) for k, v in FORM.items()}, URL, signed(FORM)
    match change:
        case "alter":
            form["Body"] = ["x"]
        case "add":
            form["Extra"] = ["x"]
        case "drop":
            del form["To"]
        case "url":
            url = URL.replace("https", "http")
        case "empty":
            signature = ""

    assert not is_twilios(["token"], url, form, signature)


def test_blank_and_repeated_values_are_kept() -> None:
    assert parsed(b"Body=&A=1&A=2&X=%F0%9F%91%8B") == {"Body": [""], "A": ["1", "2"], "X": ["👋"]}
    with pytest.raises(TooManyFields):
        parsed(b"&".join(b"a%d=1" % n for n in range(101)))


def test_a_callback_is_bound_to_its_attempt() -> None:
    callbacks, user, reply = CallbackLinks([b"k" * 32], "https://t.example"), uuid4(), uuid4()
    url = callbacks.url(user, reply, 1, 2)
    mac = url.rpartition("mac=")[2]

    assert url.startswith(f"https://t.example/webhook/status?user={user}")
    assert callbacks.fits(user, reply, 1, 2, mac)
    assert not callbacks.fits(user, reply, 1, 3, mac)
    assert not callbacks.fits(UUID(int=1), reply, 1, 2, mac)


def form(**more: str) -> dict[str, list[str]]:
    return {**FORM, **{name: [value] for name, value in more.items()}}


def read(**more: str) -> InboundForm:
    return inbound_form(form(**more))


def test_a_message_is_read_and_unknown_parameters_are_tolerated() -> None:
    message = inbound.message(read(Body="hi\x00", ProfileName="Ada", NewThing="x"))

    assert (message.kind, message.text, message.profile_name) == ("text", "hi", "Ada")
    assert message.zone == "Europe/Berlin"
    assert message.sender == "whatsapp:+14155238886"


def test_a_message_may_have_several_media() -> None:
    urls = {f"MediaUrl{n}": f"https://m/{n}" for n in range(3)}
    types = {f"MediaContentType{n}": "image/png" for n in range(3)}
    heard = inbound.message(read(NumMedia="3", **urls, **types))

    assert [one.url for one in heard.media or ()] == [f"https://m/{n}" for n in range(3)]


def test_kinds_are_told_apart() -> None:
    attached = read(NumMedia="1", MediaUrl0="https://m", MediaContentType0="audio/ogg; codecs=opus")
    media = inbound.message(attached)
    button = inbound.message(read(ButtonText="Yes", ButtonPayload="y"))
    place = inbound.message(read(Latitude="52.5", Longitude="13.4", Label="Home", Body="here"))

    assert (media.kind, media.media[0].content_type) == ("media", "audio/ogg")
    assert (button.kind, button.text) == ("button", "Yes")
    assert (place.kind, place.text) == ("location", "(location: 52.5, 13.4; Home) here")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"MessageSid": ""}, "MessageSid"),
        ({"From": ""}, "From"),
        ({"MessageSid": "x"}, "MessageSid: String should match"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, str], names: str) -> None:
    with pytest.raises(Unusable, match=names):
        inbound_form(form(**change))


def test_a_hidden_number_is_a_user_by_its_business_scoped_id() -> None:
    hidden = form(From="whatsapp:DE.abc123", ExternalUserId="whatsapp:DE.abc123")
    both = form(ExternalUserId="DE.abc123")

    assert inbound.addresses(inbound_form(hidden)) == ["whatsapp:DE.abc123"]
    assert inbound.addresses(inbound_form(both)) == ["whatsapp:+491701234567", "whatsapp:DE.abc123"]
    assert inbound.message(inbound_form(hidden)).zone == "Europe/Berlin"


def test_invisible_tags_and_lone_surrogates_do_not_get_in() -> None:
    assert storable("a\U000e0041b\ud800") == "ab?"


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# Title\n**bold** and *it* and ~~s~~", "*Title*\n*bold* and _it_ and ~s~"),
        ("[x](https://a.b/c_d_e)", "x: https://a.b/c_d_e"),
        ("[https://a.b](https://a.b)", "https://a.b"),
        ("[a.b](https://a.b/c)", "https://a.b/c"),
        ("![p](https://a.b/i.png)", "p: https://a.b/i.png"),
        ("* a\n+ b **c**", "- a\n- b *c*"),
        ("***both*** __b__ snake_case 2*3*4", "*_both_* *b* snake_case 2*3*4"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("`code **x**` \\*esc\\*", "`code **x**` *esc*"),
        ("https://a_b.c/_x_/**y**", "https://a_b.c/_x_/**y**"),
        ("a\n\n\n\nb\n---", "a\n\nb"),
    ],
)
def test_markdown_becomes_what_whatsapp_shows(markdown: str, shown: str) -> None:
    assert for_whatsapp(markdown) == shown


def test_a_short_reply_is_one_part_without_a_number() -> None:
    assert split(" hi ") == ["hi"]


@given(st.text(min_size=1, max_size=6000))
def test_parts_fit_and_lose_nothing_but_space(text: str) -> None:
    parts = split(text)
    bodies = [p.partition("\n")[2] for p in parts] if len(parts) > 1 else parts

    assert all(length(part) <= LIMIT for part in parts)
    assert "".join("".join(bodies).split()) == "".join(text.split())


def test_parts_are_cut_between_paragraphs_and_numbered() -> None:
    paragraph = "word " * 100
    parts = split("\n\n".join([paragraph.strip()] * 5))

    assert [part.split("\n")[0] for part in parts] == ["(1/2)", "(2/2)"]
    assert parts[0].endswith("word")


def test_a_family_is_not_torn_apart() -> None:
    family = "👨‍👩‍👧‍👦"
    for part in split(family * 400):
        body = part.partition("\n")[2]
        assert not body.startswith("\u200d")
        assert not body.endswith("\u200d")


@given(st.text(min_size=1, max_size=6000))
def test_a_caption_is_shorter_than_what_follows(text: str) -> None:
    parts = split(text, first=CAPTION)
    bodies = [p.partition("\n")[2] for p in parts] if len(parts) > 1 else parts

    assert length(parts[0]) <= CAPTION
    assert all(length(part) <= LIMIT for part in parts)
    assert "".join("".join(bodies).split()) == "".join(text.split())
