"""From the wire's models to the facts the rules take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.access.facts import Party, PartyKind, User

if TYPE_CHECKING:
    from tui.ordercloud.models import ApiClientAssignment, Buyer, MeUser, Supplier
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


def assignment_of(api_client_id: str, party: Party) -> ApiClientAssignment:
    """Return the assignment of a company to an API client."""
    from tui.ordercloud.models import ApiClientAssignment

    return ApiClientAssignment(
        api_client_id=api_client_id,
        buyer_id=party.id if party.kind is PartyKind.BUYER else None,
        supplier_id=party.id if party.kind is PartyKind.SUPPLIER else None,
    )


def party_of(assignment: ApiClientAssignment, names: Mapping[tuple[PartyKind, str], str]) -> Party:
    """Return the company of an assignment, with its name where that is known."""
    kind = PartyKind.BUYER if assignment.buyer_id else PartyKind.SUPPLIER
    company = assignment.buyer_id or assignment.supplier_id or ""
    return Party(kind, company, names.get((kind, company), ""))
