"""Twilio's error codes in our words: what each means for the message, and for whoever reads on.

Source: Twilio's error dictionary, and how its WhatsApp channel uses it.
"""

from typing import Literal, NamedTuple

from contracts.replies import OPTED_OUT, WINDOW_SHUT

Verdict = Literal["later", "shut", "stopped", "content", "never"]
"""`shut`: the window is; `stopped`: not before they say START; `content`: never so, but perhaps in
other words."""


class KnownError(NamedTuple):
    verdict: Verdict
    words: str


CODES = {
    11751: KnownError("never", "the media are too large for the channel"),
    12300: KnownError("never", "the media's content type does not fit: look at PUBLIC_URL"),
    20003: KnownError("never", "the credentials are wrong: look at TWILIO_AUTH_TOKEN"),
    20404: KnownError("never", "there is no such resource: look at TWILIO_ACCOUNT_SID"),
    20429: KnownError("later", "too many requests"),
    21211: KnownError("never", "the recipient's number is not valid"),
    21212: KnownError("never", "the sender is not valid: look at TWILIO_WHATSAPP_FROM"),
    21606: KnownError("never", "the sender is not ours: look at TWILIO_WHATSAPP_FROM"),
    OPTED_OUT: KnownError("stopped", "the recipient opted out at Twilio"),
    21611: KnownError("later", "the sender's queue at Twilio is full"),
    21614: KnownError("never", "the recipient's number takes no messages"),
    21617: KnownError("never", "the body is longer than 1600 characters"),
    21654: KnownError("content", "the template's variables came without it"),
    21655: KnownError("content", "there is no such template: run taskflow templates sync"),
    21656: KnownError("content", "the template does not take its variables"),
    21620: KnownError("never", "the media's address is not valid"),
    30001: KnownError("later", "the sender's queue at Twilio is full"),
    63003: KnownError("never", "the recipient cannot be reached by WhatsApp"),
    63007: KnownError("never", "the sender is no WhatsApp channel: look at TWILIO_WHATSAPP_FROM"),
    63012: KnownError("never", "WhatsApp failed to deliver"),
    63013: KnownError("content", "WhatsApp's policy forbids the content"),
    63015: KnownError("never", "the recipient has not joined the sandbox"),
    WINDOW_SHUT: KnownError("shut", "the 24 hours since the user's last message are over"),
    63017: KnownError("later", "the account's rate is exceeded"),
    63018: KnownError("later", "the channel's rate is exceeded"),
    63019: KnownError("never", "Twilio could not fetch the media: look at PUBLIC_URL"),
    63021: KnownError("content", "WhatsApp rejected the content"),
    63024: KnownError("never", "the recipient is not on WhatsApp"),
    63027: KnownError("content", "there is no such template in this language"),
    63028: KnownError("content", "the template does not take so many variables"),
    63040: KnownError("content", "the template was rejected"),
    63041: KnownError("content", "the template is paused"),
    63042: KnownError("content", "the template is disabled"),
    63032: KnownError("never", "WhatsApp chose not to deliver to this user"),
    63038: KnownError("later", "the account's limit of messages in 24 hours is reached"),
    63049: KnownError("never", "WhatsApp chose not to deliver to this user"),
}
NOT_NOW_STATUSES = frozenset({408, 425, 429})
"""Of HTTP: the request was not taken up, and the same one may be later."""


def verdict(status: int, code: int | None, *, by_template: bool = False) -> Verdict:
    """On a message that was refused with a status of HTTP between 400 and 499.

    Of a template, what no table names is taken to be the template's fault: the reply waits then.
    """
    if status in NOT_NOW_STATUSES:
        return "later"
    known = CODES.get(code or 0)
    return known.verdict if known else ("content" if by_template else "never")


def words(status: int, code: int | None) -> str:
    """For the log's fact; never Twilio's own text, which may quote the message."""
    known = CODES.get(code or 0)
    named = f"HTTP {status}" if code in {None, status} else f"HTTP {status}, {code}"
    return f"{named}: {known.words}" if known else named
