import base64

import pytest

from simulators.gemini import signatures
from simulators.gemini.wire import FunctionCall

CALL = FunctionCall(id="c1", name="search_web", args={"query": "Peru", "n": 2})
MODEL = "gemini-3.8-flash"


def test_a_signature_fits_its_call_in_both_alphabets() -> None:
    signed = signatures.sign_call(MODEL, CALL)
    url_safe = signed.replace("+", "-").replace("/", "_").rstrip("=")

    assert signatures.is_valid(signed, MODEL, CALL)
    assert signatures.is_valid(url_safe, MODEL, CALL)


def test_a_whole_number_is_the_same_as_a_float() -> None:
    as_float = CALL.model_copy(update={"args": {"n": 2.0, "query": "Peru"}})

    assert signatures.is_valid(signatures.sign_call(MODEL, CALL), MODEL, as_float)


@pytest.mark.parametrize(
    "change", [{"id": "c2"}, {"name": "other"}, {"args": {"query": "Chile", "n": 2}}]
)
def test_another_call_does_not_fit(change: dict[str, object]) -> None:
    signed = signatures.sign_call(MODEL, CALL)

    assert not signatures.is_valid(signed, MODEL, CALL.model_copy(update=change))


def test_another_model_does_not_fit() -> None:
    assert not signatures.is_valid(signatures.sign_call(MODEL, CALL), "gemini-4-argon", CALL)


def test_the_documented_placeholder_is_accepted_raw_and_encoded() -> None:
    assert signatures.is_valid(signatures.SKIP.decode(), MODEL, CALL)
    assert signatures.is_valid(base64.b64encode(signatures.SKIP).decode(), MODEL, CALL)


@pytest.mark.parametrize("nonsense", ["", "ééé", "AAAA", "a"])
def test_nonsense_is_refused(nonsense: str) -> None:
    assert not signatures.is_valid(nonsense, MODEL, CALL)
