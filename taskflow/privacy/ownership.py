"""Whose message this is, by the addresses that it came with. Pure; docs/adr/0041 gives the table.

A business-scoped id is one person's for as long as they keep their number, and a number may change
hands. So an id decides, and a phone leads to somebody only while no other id speaks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.streams import UserId
from taskflow.privacy.addresses import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever an address leads to until now."""

    user: UserId
    has_id: bool
    """Some business-scoped id is known to be theirs."""


@dataclass(frozen=True, slots=True)
class Whose:
    """`user` None: somebody new. `if_heard`: theirs only if they were heard of lately."""

    user: UserId | None
    if_heard: bool = False


NEW = Whose(None)


def whose(addresses: Sequence[str], owners: dict[str, Owner]) -> Whose:
    """Of a message from `addresses` (a phone, an id, or both), some of which lead to somebody."""
    by_kind: dict[Kind, str] = {kind_of(address): address for address in addresses}
    phone, scoped = by_kind.get("phone"), by_kind.get("business_scoped")
    if scoped is not None and (owner := owners.get(scoped)):
        return Whose(owner.user)
    if phone is None or not (owner := owners.get(phone)):
        return NEW
    if scoped is None:
        return Whose(owner.user, if_heard=True)
    return NEW if owner.has_id else Whose(owner.user, if_heard=True)
