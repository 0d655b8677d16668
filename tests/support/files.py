"""Small files of the kinds that people send."""

import struct
import zlib


def png(width: int = 4, height: int = 3, grey: int = 128) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = b"".join(b"\x00" + bytes([grey]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(size: int = 200) -> bytes:
    """As much of one as its first bytes tell."""
    return b"\xff\xd8\xff\xe0" + b"\x00" * (size - 4)


def pdf(text: str = "an invoice") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n% " + text.encode() + b"\n%%EOF\n"


def vcard(name: str = "Grace Hopper", number: str = "+1 555 0100") -> bytes:
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"TEL;TYPE=CELL:{number}", "END:VCARD")
    return "\r\n".join((*lines, "")).encode()
