"""https through the wall: a tunnel to the checked address, and the shop's own certificate."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.tools.browsing.fetcher import NO_CERTIFICATE, Fetched, Fetcher, NotFetched
from services.tools.egress import wall
from services.tools.egress.proxy import Proxy
from services.tools.egress.wall import Wall

PUBLIC = "93.184.215.14"
PAGE = b"<html><title>Trail shoe</title></html>"


def certificate(directory: Path, name: str) -> Path:
    """A self-signed certificate and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = directory / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
    writer.write(head.encode() + PAGE)
    await writer.drain()
    writer.close()


@asynccontextmanager
async def shop(pem: Path) -> AsyncGenerator[tuple[Proxy, list[tuple[str, int]]]]:
    """A wall to whom every name is public, and a shop where that public address would be."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    dialled: list[tuple[str, int]] = []

    async def resolve(name: str) -> Sequence[str]:
        return [PUBLIC]

    async def dial(address: wall.Address, to: int):
        dialled.append((str(address), to))
        return await wall.dial(ip_address("127.0.0.1"), port)

    async with server, Proxy(Wall(resolve=resolve, dial=dial)) as proxy:
        yield proxy, dialled


async def test_a_secure_page_is_read_through_a_tunnel_to_the_checked_address(
    tmp_path: Path,
) -> None:
    pem = certificate(tmp_path, "shop.example.com")
    trusting = ssl.create_default_context(cafile=str(pem))
    async with shop(pem) as (proxy, dialled):
        found = await Fetcher(proxy, tls=trusting).fetch("https://shop.example.com/p/1")

    assert isinstance(found, Fetched), found
    assert "Trail shoe" in found.page.html
    assert dialled == [(PUBLIC, 443)]


@pytest.mark.parametrize("name", ["shop.example.com", "other.example.com"])
async def test_a_certificate_that_does_not_hold_is_said_and_nothing_is_read(
    tmp_path: Path, name: str
) -> None:
    """Nobody vouches for the first, and the second is another shop's."""
    pem = certificate(tmp_path, name)
    tls = ssl.create_default_context()
    if name != "shop.example.com":
        tls.load_verify_locations(str(pem))
    async with shop(pem) as (proxy, _):
        found = await Fetcher(proxy, tls=tls).fetch("https://shop.example.com/p/1")

    assert isinstance(found, NotFetched), found
    assert found.note == NO_CERTIFICATE
