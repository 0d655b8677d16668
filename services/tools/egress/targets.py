"""What a request wants to reach, as the wall understands it: one reading, checked and then used."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.tools.egress.refused import EgressRefused
from taskflow import internet
from taskflow.errors import Configuration
from taskflow.internet import Address

PORTS = frozenset({80, 443})
MAX_URL = 8192

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# RFC 6761, RFC 8375, and what routers, clouds and clusters call their insides.
_INSIDE = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "svc",
    "consul",
    "onion",
    "test",
    "invalid",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
)
_ODD = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\]")


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    """A name in lower case without its last dot, or an address."""
    port: int
    address: Address | None
    """When the host is one."""
    path: str = "/"
    """With its query, as it goes to the server."""

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 80 else f"{host}:{self.port}"


def of_url(url: str) -> Target:
    """Of an absolute http URL. Raises EgressRefused."""
    if len(url) > MAX_URL or _ODD.search(url):
        raise EgressRefused("malformed")
    if not url.lower().startswith("http://"):
        raise EgressRefused("scheme")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise EgressRefused("malformed") from None
    if "@" in parts.netloc:
        raise EgressRefused("userinfo")
    host, address = _host(host or "", bracketed="[" in parts.netloc)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, 80 if port is None else port, address, path)


def of_authority(authority: str) -> Target:
    """Of what CONNECT names: host:port. Raises EgressRefused."""
    if "@" in authority:
        raise EgressRefused("userinfo")
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.%a-z]+\]|[^:/?#\[\]\s]+):(\d{1,5})", authority)
    if found is None or int(found[2]) > 65535:
        raise EgressRefused("malformed")
    name = found[1]
    host, address = _host(name.strip("[]").lower(), bracketed=name.startswith("["))
    return Target(host, int(found[2]), address)


def _host(said: str, *, bracketed: bool) -> tuple[str, Address | None]:
    if bracketed:
        try:
            address = internet.parsed(said)
        except ValueError:
            raise EgressRefused("host") from None
        return str(address), address
    host = said.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise EgressRefused("host")
    # What ends in a number is an address to somebody: 127.1, 0x7f.1, 2130706433, 0177.0.0.1.
    if _NUMBER.fullmatch(labels[-1]):
        try:
            address = internet.parsed(host)
        except ValueError:
            raise EgressRefused("host") from None
        return str(address), address
    return host, None


def is_inside(name: str) -> bool:
    """A name that means something only inside a house, whatever it resolves to."""
    return "." not in name or any(
        name == literal or name.endswith(f".{literal}") for literal in _INSIDE
    )


@dataclass(frozen=True, slots=True)
class AllowedTarget:
    """A part of one's own network that pages may be read from, though it is not public."""

    host: str
    port: int
    prefix: str
    """Begins and ends with a slash. The host's robots.txt comes with it."""

    def holds(self, target: Target) -> bool:
        if (target.host, target.port) != (self.host, self.port):
            return False
        path = target.path.partition("?")[0]
        if path == "/robots.txt":
            return True
        # The server may read dots and slashes that are written as %2e and %2f.
        decoded = unquote(unquote(path))
        if "\\" in decoded or "//" in decoded or {".", ".."} & set(decoded.split("/")):
            return False
        return f"{path}/".startswith(self.prefix) and f"{decoded}/".startswith(self.prefix)

    @property
    def is_loopback(self) -> bool:
        try:
            return internet.unmapped(internet.parsed(self.host)).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")


def allowed(said: str) -> tuple[AllowedTarget, ...]:
    """From TASKFLOW_EGRESS_ALLOW. Raises Configuration, naming the part that is wrong."""
    return tuple(_allowed(part.strip()) for part in said.split(",") if part.strip())


def _allowed(prefix: str) -> AllowedTarget:
    try:
        target = of_url(prefix)
    except EgressRefused as refused:
        raise Configuration(
            f"TASKFLOW_EGRESS_ALLOW: {prefix!r} is not the beginning of a plain http address "
            f"({refused.reason}); for example: http://shop.example.lan:8080/shop/"
        ) from None
    if "?" in target.path:
        raise Configuration(f"TASKFLOW_EGRESS_ALLOW: {prefix!r} must have no query")
    return AllowedTarget(target.host, target.port, target.path.rstrip("/") + "/")
