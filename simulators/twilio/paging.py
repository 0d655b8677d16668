"""Pages of Twilio's lists: a token names an item, so a page keeps its place while others arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode

from simulators.twilio.errors import TwilioError

DEFAULT_PAGE, MAX_PAGE = 50, 1000
_OF_PAGES = frozenset({"Page", "PageToken", "PageSize"})


class HasSid(Protocol):
    @property
    def sid(self) -> str: ...


T = TypeVar("T", bound=HasSid)


@dataclass(frozen=True)
class ListPage(Generic[T]):
    shown: Sequence[T]
    number: int
    size: int
    has_more: bool
    filters: dict[str, str]

    def first(self, base: str) -> str:
        return self._address(base, 0)

    def own(self, base: str) -> str:
        return self._address(base, self.number)

    def previous(self, base: str) -> str | None:
        if not (self.number and self.shown):
            return None
        return self._address(base, self.number - 1, f"PB{self.shown[0].sid}")

    def next(self, base: str) -> str | None:
        if not self.has_more:
            return None
        return self._address(base, self.number + 1, f"PA{self.shown[-1].sid}")

    def _address(self, base: str, number: int, token: str = "") -> str:
        paging = {"PageSize": str(self.size), "Page": str(number)}
        if token:
            paging["PageToken"] = token
        return f"{base}?{urlencode(self.filters | paging)}"


def page_of(found: Sequence[T], query: str) -> ListPage[T]:
    """The page that a query asks for. Raises TwilioError 20001 for one that makes no sense."""
    asked = dict(parse_qsl(query))
    size = min(_number(asked, "PageSize", DEFAULT_PAGE), MAX_PAGE) or DEFAULT_PAGE
    number = _number(asked, "Page", 0)
    first = _start([item.sid for item in found], asked.get("PageToken", ""), number, size)
    filters = {name: value for name, value in asked.items() if name not in _OF_PAGES}
    return ListPage(found[first : first + size], number, size, first + size < len(found), filters)


def _start(sids: list[str], token: str, number: int, size: int) -> int:
    if not token:
        return number * size
    kind, sid = token[:2], token[2:]
    if sid not in sids or kind not in {"PA", "PB"}:
        raise TwilioError(20001, "PageToken")
    index = sids.index(sid)
    return index + 1 if kind == "PA" else max(index - size, 0)


def _number(asked: dict[str, str], name: str, default: int) -> int:
    value = asked.get(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise TwilioError(20001, name)
    return int(value)
