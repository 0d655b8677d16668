"""A voice note as a phone records it: Ogg with Opus. What was said stands in its comment.

Nobody here can record or hear: whoever plays a phone types the words, and whoever plays a model
that listens reads them from the comment. RFC 3533, RFC 7845.
"""

import struct

_SAID = "DESCRIPTION="
_SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms in which nothing is heard."""
_SAMPLES = 960
_PACKETS_A_WORD = 20
MOST_PACKETS = 4_000
_HEAD = struct.Struct("<4sBBQIIIB")
_FIRST, _LAST = 2, 4


def _crc_table() -> list[int]:
    table: list[int] = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        table.append(crc & 0xFFFFFFFF)
    return table


_TABLE = _crc_table()


def voice_note(said: str) -> bytes:
    """A valid file, as long as the words would take."""
    words = _SAID.encode() + said.encode()
    vendor = b"TaskFlow phone"
    tags = struct.pack("<8sI", b"OpusTags", len(vendor)) + vendor
    tags += struct.pack("<II", 1, len(words)) + words
    head = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, 312, 48_000, 0, 0)
    packets = [_SILENCE] * min(MOST_PACKETS, _PACKETS_A_WORD * max(2, len(said.split())))
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 1, 0, 0)]
    groups = [packets[at : at + 50] for at in range(0, len(packets), 50)]
    played = 0
    for number, group in enumerate(groups, 2):
        played += len(group) * _SAMPLES
        pages.append(_page(group, number, played, _LAST if number == len(groups) + 1 else 0))
    return b"".join(pages)


def said_in(file: bytes) -> str | None:
    """The words of a voice note; None where it is none, or has none."""
    if not file.startswith(b"OggS"):
        return None
    packet = _second_packet(file)
    if packet is None or not packet.startswith(b"OpusTags"):
        return None
    for comment in _comments(packet):
        name, _, words = comment.decode(errors="replace").partition("=")
        if f"{name.upper()}=" == _SAID:
            return words
    return None


def seconds(file: bytes) -> float:
    """By its last page."""
    at = file.rfind(b"OggS")
    if at < 0 or at + _HEAD.size > len(file):
        return 0.0
    granule: int = _HEAD.unpack_from(file, at)[3]
    return granule / 48_000


def _page(packets: list[bytes], number: int, granule: int, flags: int) -> bytes:
    lacing = b"".join(
        bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets
    )
    body = lacing + b"".join(packets)
    unsigned = _HEAD.pack(b"OggS", 0, flags, granule, 1, number, 0, len(lacing)) + body
    crc = 0
    for byte in unsigned:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _TABLE[(crc >> 24) ^ byte]
    return _HEAD.pack(b"OggS", 0, flags, granule, 1, number, crc, len(lacing)) + body


def _second_packet(file: bytes) -> bytes | None:
    """Of a file whose first page holds one packet, and whose second one holds the next."""
    at = _HEAD.size + file[_HEAD.size - 1] + sum(file[_HEAD.size : _HEAD.size + file[26]])
    if file[at : at + 4] != b"OggS" or len(file) < at + _HEAD.size:
        return None
    lacing = file[at + _HEAD.size : at + _HEAD.size + file[at + _HEAD.size - 1]]
    begin = at + _HEAD.size + len(lacing)
    return file[begin : begin + sum(lacing)]


def _comments(packet: bytes) -> list[bytes]:
    try:
        (vendor,) = struct.unpack_from("<I", packet, 8)
        (count,) = struct.unpack_from("<I", packet, 12 + vendor)
        at, found = 16 + vendor, list[bytes]()
        for _ in range(min(count, 64)):
            (size,) = struct.unpack_from("<I", packet, at)
            found.append(packet[at + 4 : at + 4 + size])
            at += 4 + size
    except struct.error:
        return []
    return found
