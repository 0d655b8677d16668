"""What the SerpApi simulator remembers: the cache of an hour, and what was paid for."""

from collections import OrderedDict
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from simulators.context import SimContext
from simulators.phone.store import Phone
from simulators.serpapi.offers import Body
from taskflow.clock import monotonic

# The vendor serves identical searches free for an hour.
_CACHE_SECONDS = 3600.0
_CACHE_LIMIT = 2_000
_PLAN_SEARCHES = 1_000_000


@dataclass
class SerpState:
    paid: int = 0
    free_hits: int = 0
    _kept: OrderedDict[str, tuple[float, Body]] = field(
        default_factory=OrderedDict[str, tuple[float, Body]]
    )
    _archive: dict[str, Body] = field(default_factory=dict[str, Body])

    def cached(self, key: str) -> Body | None:
        """The answer to the same search within the hour; it costs nothing."""
        kept = self._kept.get(key)
        if kept is None or monotonic() - kept[0] > _CACHE_SECONDS:
            return None
        self.free_hits += 1
        return kept[1]

    def keep(self, key: str, search_id: str, body: Body) -> None:
        self.paid += 1
        self._kept[key] = (monotonic(), body)
        self._kept.move_to_end(key)
        self._archive[search_id] = body
        while len(self._kept) > _CACHE_LIMIT:
            self._kept.popitem(last=False)
        while len(self._archive) > _CACHE_LIMIT:
            del self._archive[next(iter(self._archive))]

    def archived(self, search_id: str) -> Body | None:
        return self._archive.get(search_id)

    def account(self, masked_key: str) -> Body:
        left = max(0, _PLAN_SEARCHES - self.paid)
        return {
            "account_id": "simulated",
            "api_key": masked_key,
            "account_email": "simulated@example.com",
            "account_status": "Active",
            "plan_id": "simulated",
            "plan_name": "Simulated Plan",
            "plan_monthly_price": 0.0,
            "searches_per_month": _PLAN_SEARCHES,
            "plan_searches_left": left,
            "extra_credits": 0,
            "total_searches_left": left,
            "this_month_usage": self.paid,
            "this_hour_searches": self.paid,
            "last_hour_searches": 0,
            "account_rate_limit_per_hour": _PLAN_SEARCHES,
            "free_cache_hits": self.free_hits,
        }

    def reset(self) -> None:
        self.paid = self.free_hits = 0
        self._kept.clear()
        self._archive.clear()


_STATES: WeakKeyDictionary[Phone, SerpState] = WeakKeyDictionary()


def state_of(context: SimContext) -> SerpState:
    """One for each simulated world; `context.reset()` empties it."""
    state = _STATES.get(context.phone)
    if state is None:
        state = _STATES[context.phone] = SerpState()
        context.resets.append(state.reset)
    return state
