"""Addresses as pages write them: joined to the page's own, or none."""

from urllib.parse import urljoin, urlsplit


def joined(base: str, url: str) -> str | None:
    """None for what is no address."""
    try:
        whole = urljoin(base, url)
        urlsplit(whole)
    except ValueError:
        return None
    return whole
