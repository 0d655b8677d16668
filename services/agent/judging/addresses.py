"""Which addresses a reply may carry: those that stand in results or in the user's words. Pure.

Everything that a phone makes a link of counts: web addresses, bare domains, mail addresses,
telephone numbers, other schemes. Each pass is linear in its text, and texts have a limit.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any, cast

from publicsuffixlist import PublicSuffixList  # pyright: ignore[reportMissingTypeStubs]

MOST_SAID = 20_000
"""Characters of a reply: the longest that a model is let say is a fifth of it."""
MOST_KNOWN = 120_000
"""Characters of messages and results in which addresses are looked for, newest first."""
REMOVED = "…"
"""Stands where an address is taken out whole."""
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal", "onion"})
"""Endings that no registry sells (RFC 2606, 6761, 7686) and links are made of all the same."""
_SCHEMES = frozenset(
    [
        "http",
        "https",
        "ftp",
        "tel",
        "mailto",
        "sms",
        "smsto",
        "geo",
        "callto",
        "facetime",
        "skype",
        "whatsapp",
        "tg",
        "sip",
    ]
)
_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\uffa0")
_CHUNK = re.compile(r"[^\s<>\"\u201c\u201d\u201e\u00ab\u00bb`|\\]+")
_WITHIN = re.compile(r"[\[\](){},;*~]+")
_INNER = re.compile(r"[/=:&?#'\u2018\u2019!]+")
_LEADING = "([{*_~'\u2018\u2019\"-\u2013\u2014\u2022:.,;!?#>"
_TRAILING = "([{.,;:!?'\"*_~…)]}\u2019\u2026\u203a>"
_MOST_TRAILING = 8
LEAST_DIGITS = 8
"""Of a telephone number with its country; fewer are a figure."""
_SCHEME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+.-")
_PHONE = re.compile(r"\+\d[\d ().\u00a0-]{5,22}\d")
_NO_DIGIT = re.compile(r"\D+")


class KnownAddresses:
    """The addresses that stand in a conversation, as far as the model was shown it."""

    def __init__(
        self,
        words: Sequence[str] = (),
        results: Sequence[tuple[Any, Any]] = (),
        public: Sequence[Any] = (),
    ) -> None:
        """`words` are the user's, and our own alerts; `results` come with their call's arguments.

        Both newest last. What a result repeats of its own arguments is the model's, not the
        result's.
        """
        self._words, self._results, self._public = words, results, public

    @cached_property
    def keys(self) -> frozenset[str]:
        known: set[str] = set()
        left = MOST_KNOWN
        for words in reversed(self._words):
            known |= _keys(words[: max(left, 0)])
            left -= len(words)
        for arguments, result in reversed(self._results):
            asked = set[str]().union(*map(_keys, texts(arguments)))
            for text in texts(result):
                known |= {
                    key for key in _keys(text[: max(left, 0)]) if key not in asked or key in known
                }
                left -= len(text)
        return frozenset(known)

    @cached_property
    def digits(self) -> str:
        """Of everything that was shown, telephone numbers being written in many ways."""
        own = [text for _, result in self._results for text in texts(result)]
        return f"{_digits(self._words)} {_digits(own)}"

    @cached_property
    def found(self) -> str:
        """Digits of results from outside the house: the user's own reminders are not public."""
        return _digits([text for result in self._public for text in texts(result)])

    def is_only_theirs(self, text: str, now: Sequence[str]) -> bool:
        """Whether an address with a path stands in it that the user wrote before, and nobody else.

        `now` are their messages of this turn: what they write there, they send themselves.
        """
        theirs = {key for key in set[str]().union(*map(_keys, self._words)) if "/" in key}
        sent = text.casefold()
        sent_addresses = {key for key in theirs if key.casefold() in sent}
        others = (_keys(text) for result in self._public for text in texts(result))
        return bool(sent_addresses and sent_addresses.difference(*map(_keys, now), *others))

    def holds(self, address: str) -> bool:
        """Whether it stands there, as it is, or without its query."""
        if "@" in _authority(address):
            return False
        return any(_key(trimmed) in self.keys for trimmed in _trimmed(address))


def checked(text: str, known: KnownAddresses) -> str:
    """The reply, its unknown addresses shown by their host's name alone, or taken out."""
    cut = text if len(text) <= MOST_SAID else text[:MOST_SAID] + REMOVED
    return _PHONE.sub(_phone(known), _CHUNK.sub(lambda found: _chunk(found[0], known), cut))


def strange(value: Any, known: KnownAddresses) -> list[str]:
    """Addresses within a call's arguments that stand nowhere."""
    return [
        address
        for text in texts(value)
        for address in addresses(text[:MOST_SAID])
        if not known.holds(address)
    ]


def addresses(text: str) -> Iterator[str]:
    """As they are written, but for what cannot be seen."""
    for found in _CHUNK.finditer(text):
        plain = _plain(found[0])
        if _may_hold_one(plain):
            yield from (piece for piece, is_one in _pieces(plain) if is_one)


def texts(value: Any) -> Iterator[str]:
    """Every text within a JSON value, the keys of objects too."""
    left = [value]
    while left:
        part = left.pop()
        match part:
            case str():
                yield part
            case dict():
                left += [member for pair in cast("dict[str, Any]", part).items() for member in pair]
            case list() | tuple():
                left += cast("list[Any]", part)
            case _:
                pass


def _chunk(chunk: str, known: KnownAddresses) -> str:
    plain = _plain(chunk)
    if not _may_hold_one(plain):
        return chunk
    if known.holds(plain.lstrip(_LEADING)):
        return plain
    parts = [
        (_shown(piece, known) if is_one else piece, is_one) for piece, is_one in _pieces(plain)
    ]
    return (
        "".join(piece for piece, _ in parts)
        if any(was_changed for _, was_changed in parts)
        else chunk
    )


def _pieces(plain: str) -> Iterator[tuple[str, bool]]:
    """The whole of a chunk in parts, and which of them are addresses."""
    for half in re.split(r"(?<=\]\()", plain):
        start = len(half) - len(half.lstrip(_LEADING))
        yield half[:start], False
        rest = half[start:]
        if rest.count("://") == 1 or not _WITHIN.search(rest):
            yield from _of_piece(rest)
            continue
        place = 0
        for gap in _WITHIN.finditer(rest):
            yield from _of_piece(rest[place : gap.start()])
            yield gap[0], False
            place = gap.end()
        yield from _of_piece(rest[place:])


def _of_piece(piece: str) -> Iterator[tuple[str, bool]]:
    at = _scheme_start(piece)
    if at is not None:
        yield piece[:at], False
        yield piece[at:], True
    elif _is_bare(piece):
        yield piece, True
    else:
        place = 0
        for gap in _INNER.finditer(piece):
            yield piece[place : gap.start()], _is_bare(piece[place : gap.start()])
            yield gap[0], False
            place = gap.end()
        yield piece[place:], place > 0 and _is_bare(piece[place:])


def _scheme_start(piece: str) -> int | None:
    """Where an address with its scheme begins."""
    at = piece.find("://")
    if at > 0:
        start = at
        while start and piece[start - 1].lower() in _SCHEME:
            start -= 1
        return start if start < at else None
    head, colon, rest = piece.partition(":")
    return 0 if colon and rest and head.lower() in _SCHEMES else None


def _is_bare(piece: str) -> bool:
    """A domain, or a mail address, as people type it."""
    word = piece.strip(_LEADING + _TRAILING)
    if "." not in word:
        return False
    host = _host(word.rpartition("@")[2])
    return "." in host and len(host) <= 253 and _ends_as_a_domain(host)


@cache
def _suffixes() -> Any:
    return PublicSuffixList(accept_unknown=False)


def _ends_as_a_domain(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    if not all(labels) or not labels[-1].replace("-", "").isalnum():
        return False
    ending = labels[-1].lower()
    return ending in _RESERVED or _suffixes().publicsuffix(ending) is not None


def _host(rest: str) -> str:
    for place, character in enumerate(rest):
        if character in "/?#:":
            return rest[:place]
    return rest


def _authority(address: str) -> str:
    _, scheme, rest = address.partition("://")
    return _host_and_user(rest) if scheme else ""


def _host_and_user(rest: str) -> str:
    for place, character in enumerate(rest):
        if character in "/?#":
            return rest[:place]
    return rest


def _trimmed(address: str) -> Iterator[str]:
    """Without ever more of the punctuation of the sentence it stands in."""
    yield address
    for count in range(1, _MOST_TRAILING + 1):
        if address[-count:][:1] not in _TRAILING or len(address) <= count:
            return
        yield address[:-count]


def _key(address: str) -> str:
    """One writing for what is the same address."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        scheme, rest = "https", address
    host = _host_and_user(rest)
    name = host.lower().removeprefix("www.")
    shown = f"{name}{rest[len(host) :]}".rstrip("/")
    return shown if scheme.lower() in {"http", "https"} else f"{scheme.lower()}://{shown}"


def _keys(text: str) -> set[str]:
    """Of every address in a text: itself, without its query, and its host alone."""
    found: set[str] = set()
    for match in _CHUNK.finditer(text):
        plain = _plain(match[0])
        if not _may_hold_one(plain):
            continue
        pieces = [piece for piece, is_one in _pieces(plain) if is_one]
        whole = [plain.lstrip(_LEADING)] if pieces else []
        for piece in (*whole, *pieces):
            for trimmed in _trimmed(piece):
                key = _key(trimmed)
                found |= {key, key.partition("#")[0].rstrip("/"), key.partition("?")[0].rstrip("/")}
                if "@" not in key:
                    found.add(_host_and_user(key))
    return found


def _shown(address: str, known: KnownAddresses) -> str:
    if known.holds(address):
        return address
    trail = address[len(address.rstrip(_TRAILING)) :]
    scheme, mark, rest = address.partition("://")
    host = _host(rest if mark else address)
    is_plain = host.isascii() and "@" not in host and "xn--" not in host.lower() and len(host) < 64
    is_web = not mark or scheme.lower() in {"http", "https"}
    if "." not in host or not is_plain or not is_web:
        return REMOVED + trail[:_MOST_TRAILING]
    name = host.rstrip(_TRAILING)
    ending = name.rpartition(".")[2]
    if not mark and ending.istitle() and host == address[: len(host)]:
        return f"{name.replace('.', '. ')}{address[len(name) :]}"  # "done.Now": a space was missing
    return name.replace(".", "[.]") + trail[:_MOST_TRAILING]


def _phone(known: KnownAddresses) -> Any:
    def shown(found: re.Match[str]) -> str:
        digits = _NO_DIGIT.sub("", found[0])
        return found[0] if len(digits) < LEAST_DIGITS or digits in known.digits else REMOVED

    return shown


def _digits(those: Iterable[str]) -> str:
    """Numbers run together within each text; a space between texts."""
    return " ".join(_NO_DIGIT.sub("", text[:MOST_KNOWN]) for text in those)


def _may_hold_one(plain: str) -> bool:
    return "." in plain or ":" in plain


def _plain(chunk: str) -> str:
    """As a phone reads it: without what cannot be seen, wide letters narrow."""
    if chunk.isascii():
        return chunk
    seen = "".join(
        character
        for character in chunk
        if character not in _UNSEEN
        and unicodedata.category(character) not in {"Cf", "Cc"}
        and not "\ufe00" <= character <= "\ufe0f"
    )
    return unicodedata.normalize("NFKC", seen).replace("\u3002", ".")
