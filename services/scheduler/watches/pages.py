"""Which page a watch is of: a keyed hash, so that the table tells nobody what is watched."""

from uuid import UUID

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class PageIds:
    def __init__(self, master_key: bytes) -> None:
        self._key = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"taskflow watched pages"
        ).derive(master_key)

    def of(self, url: str, product: str | None) -> UUID:
        """The same for all who watch this product at this canonical address."""
        mac = hmac.HMAC(self._key, hashes.SHA256())
        mac.update(f"{url}\x1f{normalized(product)}".encode())
        return UUID(bytes=mac.finalize()[:16])


def normalized(product: str | None) -> str:
    """However they wrote it."""
    return " ".join((product or "").lower().split())
