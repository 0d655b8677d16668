"""The page at /: what a person wants to know first, in words, without an outside asset."""

import re
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from taskflow.health.diagnosis import Diagnosis, span
from taskflow.health.facts import Reading

_COMMAND = re.compile(r"`([^`]+)`")
_JINJA = Environment(autoescape=True, undefined=StrictUndefined)


def _code(text: str) -> Markup:
    """Commands stand between backticks."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


_JINJA.filters["code"] = _code
_TEMPLATE = _JINJA.from_string(
    files("services.gateway").joinpath("status.html.j2").read_text("utf-8")
)


def rendered(
    reading: Reading,
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


def _facts(reading: Reading) -> list[tuple[str, str]]:
    if reading.stored is None:
        return []
    ages = {
        "Last message": reading.stored.last_message_s,
        "Last event": reading.stored.last_event_s,
    }
    return [(name, "none yet" if age is None else f"{span(age)} ago") for name, age in ages.items()]
