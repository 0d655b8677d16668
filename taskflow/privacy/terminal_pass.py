"""What the gateway's terminal and `taskflow chat` agree on: addresses, limits, and the pass.

The pass is derived from the master key: who holds that reads everybody anyway, and nobody else is
let in.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.channels import CHANNELS

_TERMINAL = CHANNELS["terminal"]
PREFIX = _TERMINAL.address
(REFERENCE,) = _TERMINAL.references
NAME = r"^[a-z0-9][a-z0-9_-]{0,31}$"
LONGEST = 4096
"""Characters of a message: as many as WhatsApp takes."""
MOST_BYTES = 64 * 1024


def address_of(name: str) -> str:
    return f"{PREFIX}{name}"


def pass_of(master_key: bytes) -> str:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"taskflow terminal")
    return derive.derive(master_key).hex()
