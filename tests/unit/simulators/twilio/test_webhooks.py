from simulators.twilio.webhooks import sign


def test_the_signature_is_the_one_of_twilios_documentation() -> None:
    """The example in Twilio's security guide: URL, parameters and token as printed there."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }

    assert sign("12345", url, params) == "GvWf1cFY/Q7PnoempGyD5oXAezc="
