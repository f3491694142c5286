"""From the wire's models to the facts the rules take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind, User

if TYPE_CHECKING:
    from tui.ordercloud.models import Buyer, MeUser, Supplier
    from tui.ordercloud.models import User as WireUser


@dataclass(frozen=True, slots=True)
class Companies:
    """The buyers and suppliers of a marketplace, each in the order the marketplace lists them."""

    buyers: tuple[Buyer, ...]
    suppliers: tuple[Supplier, ...]

    def parties(self, seller: Party) -> tuple[Party, ...]:
        """Return every party: the seller, then buyers, then suppliers."""
        return (
            seller,
            *(party_of_buyer(buyer) for buyer in self.buyers),
            *(party_of_supplier(supplier) for supplier in self.suppliers),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the marketplace with the party it belongs to."""

    user: WireUser
    party: Party

    def facts(self) -> User:
        """Return what the rules know of the user."""
        return User(
            username=self.user.username,
            party=self.party,
            active=self.user.active,
            available_roles=frozenset(self.user.available_roles or ()),
        )


def party_of_buyer(buyer: Buyer) -> Party:
    """Return a buyer as a party."""
    return Party(PartyKind.BUYER, buyer.id, buyer.name, active=buyer.active)


def party_of_supplier(supplier: Supplier) -> Party:
    """Return a supplier as a party."""
    return Party(PartyKind.SUPPLIER, supplier.id, supplier.name, active=supplier.active)


def user_of_me(me: MeUser, seller: Party) -> User:
    """Return what the rules know of the caller, from its own record."""
    party = seller
    if me.buyer is not None:
        party = Party(PartyKind.BUYER, me.buyer.id)
    elif me.supplier is not None:
        party = Party(PartyKind.SUPPLIER, me.supplier.id)
    return User(me.username, party, me.active, frozenset(me.available_roles))
