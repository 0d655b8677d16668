"""`check_price`: what a page says a thing costs, and never a guess."""

from collections.abc import Mapping

from babel.numbers import format_currency
from pydantic import BaseModel, Field

from contracts.event import Json
from contracts.readings import Reading, ReadingOutcome
from services.tools.browsing.looking import PageLooker
from taskflow import zones
from taskflow.log import web_addresses
from taskflow.log.event_log import Log
from taskflow.tooling import Argument, Call, Done, Refused, Tool

NOT_TOLD = (
    "I only open addresses that the user sent or that a search found in this conversation, "
    "and this is none of them. Ask the user for the link, or search for it."
)

_WITHOUT_PRICE: Mapping[ReadingOutcome, str] = {
    "priced": "no price was read",
    "out_of_stock": "sold out",
    "blocked": "the shop does not let the page be read",
    "not_found": "the page is not there any more",
    "unclear": "no price can be told for sure",
    "unreachable": "the page could not be reached",
}


class PriceCheck(BaseModel):
    url: str = Field(
        min_length=4,
        max_length=web_addresses.MAX_URL,
        description="The page's address, exactly as given",
    )
    product: str | None = Field(
        default=None,
        max_length=200,
        description="Which product or variant is meant, if the page may show several",
    )


def tool(looker: PageLooker, log: Log) -> Tool[PriceCheck]:
    async def check_price(arguments: PriceCheck, call: Call) -> Done:
        """Read the price on a product's page, now.

        Only for addresses from the user's messages or from search results. When the outcome is
        not `priced`, say so and give no price: never guess one.
        """
        try:
            url = web_addresses.canonical(arguments.url)
        except web_addresses.NotAnAddress as error:
            raise Refused(str(error)) from None
        request = call.request
        if not await web_addresses.stands_in_conversation(
            log, request.stream, request.version, url
        ):
            raise Refused(NOT_TOLD)
        reading = await looker.look(url, arguments.product, user=call.user, for_watch=False)
        passing = reading.outcome in {"blocked", "unreachable"}
        return Done(result(url, reading, request.event.zone), passing=passing)

    return Tool(
        PriceCheck,
        check_price,
        "check_price",
        "read",
        timeout_s=60,
        cost=0.001,
        untrusted=True,
        declared=[Argument(name="url", evidence="address", shown="{value}")],
        cache_s=60,
    )


def result(url: str, reading: Reading, zone: str) -> Json:
    as_of = f"{reading.evidence.at.astimezone(zones.of(zone)):%H:%M}"
    evidence = reading.evidence
    return {
        "outcome": reading.outcome,
        "url": url,
        "title": reading.title,
        "price": None if reading.amount is None else str(reading.amount),
        "currency": reading.currency,
        "price_text": money(reading),
        "list_price": None if reading.list_amount is None else str(reading.list_amount),
        "in_stock": reading.in_stock,
        "as_of": as_of,
        "read_from": evidence.source,
        "note": reading.note,
        "evidence": {
            "text": evidence.text,
            "at": evidence.at.isoformat(),
            "read_by": evidence.read_by,
            "screenshot_sha256": evidence.screenshot_sha256,
        },
        "summary": _summary(reading, as_of),
    }


def money(reading: Reading) -> str | None:
    if reading.amount is None or reading.currency is None:
        return None
    return format_currency(reading.amount, reading.currency, locale="en")


def _summary(reading: Reading, as_of: str) -> str:
    title = f"**{reading.title or 'This page'}**"
    price = money(reading)
    if reading.outcome not in {"priced", "out_of_stock"} or (
        price is None and reading.outcome == "priced"
    ):
        why = f" {reading.note}" if reading.note else ""
        return f"{title}: {_WITHOUT_PRICE[reading.outcome]}.{why}"
    parts = [price] if price else []
    if reading.outcome == "out_of_stock":
        parts.append("sold out")
    elif reading.in_stock is not None:
        parts.append("in stock" if reading.in_stock else "not in stock yet")
    was = ""
    if reading.list_amount is not None and reading.currency is not None:
        was = f" (was {format_currency(reading.list_amount, reading.currency, locale='en')})"
    return f"{title}: {', '.join(parts)}{was}. As of {as_of}."
