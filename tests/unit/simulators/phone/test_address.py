import pytest

from simulators.phone.address import bsuid_of, is_address, is_hidden, readable


@pytest.mark.parametrize("value", ["+15551230001", "+491713920012", "US.1a2B", "GB." + "9" * 128])
def test_numbers_and_business_scoped_ids_are_addresses(value: str) -> None:
    assert is_address(value)


@pytest.mark.parametrize(
    "value", ["", "15551230001", "+0123456789", "+1", "us.abc", "USA.1", "US."]
)
def test_anything_else_is_not(value: str) -> None:
    assert not is_address(value)


def test_a_number_keeps_its_business_scoped_id_and_shares_it_with_nobody() -> None:
    assert bsuid_of("+15551230001") == bsuid_of("+15551230001")
    assert bsuid_of("+15551230001") != bsuid_of("+15551230002")
    assert bsuid_of("+491713920012").startswith("DE.")
    assert is_hidden(bsuid_of("+491713920012"))


def test_a_hidden_user_is_their_own_id() -> None:
    assert bsuid_of("US.1a2b") == "US.1a2b"


def test_addresses_are_shown_as_people_write_them() -> None:
    assert readable("+491713920012") == "+49 171 3920012"
    assert readable("US.1a2b") == "number hidden"
