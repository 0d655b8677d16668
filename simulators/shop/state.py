"""What the shop's prices are at the moment, and who looked."""

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from weakref import WeakKeyDictionary

from simulators.context import SimContext
from simulators.phone.store import Phone
from simulators.shop.goods import GOODS, Good


@dataclass
class ShopState:
    fetches: Counter[str] = field(default_factory=Counter[str])
    """Requests by path, whatever came of them."""
    _changed: dict[str, Good] = field(default_factory=dict[str, Good])
    _broken: set[str] = field(default_factory=set[str])

    def good(self, slug: str) -> Good | None:
        return self._changed.get(slug) or GOODS.get(slug)

    def goods(self) -> list[Good]:
        return [self._changed.get(slug, good) for slug, good in GOODS.items()]

    def is_broken(self, slug: str) -> bool:
        return slug in self._broken

    def move(
        self,
        good: Good,
        price: Decimal | None,
        in_stock: bool | None,
        broken: bool | None,
    ) -> Good:
        """What is None stays as it is."""
        changed = replace(
            good,
            price=good.price if price is None else price,
            in_stock=good.in_stock if in_stock is None else in_stock,
        )
        self._changed[good.slug] = changed
        if broken is not None:
            (self._broken.add if broken else self._broken.discard)(good.slug)
        return changed

    def reset(self) -> None:
        self.fetches.clear()
        self._changed.clear()
        self._broken.clear()


_STATES: WeakKeyDictionary[Phone, ShopState] = WeakKeyDictionary()


def state_of(context: SimContext) -> ShopState:
    """One for each simulated world; `context.reset()` empties it."""
    state = _STATES.get(context.phone)
    if state is None:
        state = _STATES[context.phone] = ShopState()
        context.resets.append(state.reset)
    return state
