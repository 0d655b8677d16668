"""Products found in shops."""

from simulators.gemini.brain.outcomes import Outcome
from simulators.gemini.brain.replies.money import price_text
from simulators.gemini.brain.replies.plain import ready_text
from simulators.gemini.wire import JsonObject

_MOST = 5


def tell_products(outcome: Outcome) -> str:
    products = outcome.items("products", "results")
    if not products:
        return ready_text(outcome) or "I found no products for that."
    listed = ready_text(outcome) or "\n".join(
        f"{number}. {_line(product)}" for number, product in enumerate(products[:_MOST], 1)
    )
    as_of = outcome.get("prices_as_of")
    dated = f"\nPrices as of {as_of}." if as_of and str(as_of) not in listed else ""
    return f"Here is what I found:\n\n{listed}{dated}"


def _line(product: JsonObject) -> str:
    text = f"**{product.get('title', '?')}**: {price_text(product) or 'price unknown'}"
    if shop := product.get("shop"):
        text += f" at {shop}"
    if rating := product.get("rating"):
        text += f", rated {rating}"
    return f"{text}\n{link}" if (link := product.get("link")) else text
