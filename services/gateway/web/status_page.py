"""The page at /: what a person wants to know first, in words, without an outside asset."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from taskflow.foreign_text import for_html
from taskflow.health.diagnosis import Diagnosis, span
from taskflow.health.facts import HealthReading

_COMMAND = re.compile(r"`([^`]+)`")
_JINJA = Environment(autoescape=True, finalize=for_html, undefined=StrictUndefined)


def _code(text: str) -> Markup:
    """Commands stand between backticks."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


_JINJA.filters["code"] = _code
_SOURCE = files("services.gateway.web").joinpath("status.html.j2").read_text("utf-8")
_TEMPLATE = _JINJA.from_string(_SOURCE)


def _hash_of(tag: str) -> str:
    """Names the page's own inline text, so that no other one runs or styles."""
    inline = _SOURCE.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_hash_of('script')}; style-src {_hash_of('style')}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: it holds strangers' words in its text alone."""


def rendered(
    reading: HealthReading,
    found: Diagnosis,
    *,
    links: dict[str, str],
    version: str,
    signatures_checked: bool,
) -> str:
    return _TEMPLATE.render(
        status=found.status,
        headline=found.headline,
        facts=_facts(reading),
        services=found.services,
        dependencies=found.dependencies,
        work=found.work,
        links=links,
        version=version,
        signatures_checked=signatures_checked,
    )


def _facts(reading: HealthReading) -> list[tuple[str, str]]:
    if reading.stored is None:
        return []
    ages = {
        "Last message": reading.stored.last_message_s,
        "Last event": reading.stored.last_event_s,
    }
    return [(name, "none yet" if age is None else f"{span(age)} ago") for name, age in ages.items()]
