"""From which security profiles a user has its roles: given to the user itself, to a group of it, or to its company."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.access.entries import ProfileGift
from tui.access.facts import Party, PartyKind
from tui.session.cache import Cache
from tui.session.few_at_once import few_at_once
from tui.session.paging import PAGE_SIZE
from tui.session.whole_list import whole_list

if TYPE_CHECKING:
    from tui.ordercloud import OrderCloud
    from tui.ordercloud.models.security_profiles import SecurityProfile, SecurityProfileAssignment
    from tui.session.facts import Person

MOST_BY_GROUP = 100
"""Of so many users at most the groups are read, where nothing else explains a role."""


class ProfileGifts:
    """Reads them for one sitting at a screen. Every method raises the typed errors of `tui.ordercloud.errors`."""

    def __init__(self, client: OrderCloud) -> None:
        self._client = client
        self._profiles: Cache[str, SecurityProfile] = Cache()
        self._of_party: Cache[tuple[PartyKind, str], tuple[SecurityProfileAssignment, ...]] = Cache()
        self._of_user: Cache[tuple[PartyKind, str, str], tuple[ProfileGift, ...]] = Cache()

    async def of(self, person: Person) -> tuple[ProfileGift, ...]:
        """Return the security profiles of a user: its own, those of its groups, those of its company."""
        key = (person.party.kind, person.party.id, person.user.id)
        return await self._of_user.get(key, lambda: self._read(person))

    async def _read(self, person: Person) -> tuple[ProfileGift, ...]:
        party, user_id = person.party, person.user.id
        own, company = await asyncio.gather(self._own(party, user_id), self._company(party))
        groups: dict[str, tuple[SecurityProfileAssignment, ...]] = {}
        for group in await self._groups(person):
            groups[group] = await self._assignments(party, user_group_id=group)
        told = [("the user", own), *((f"the group {each}", its) for each, its in groups.items())]
        told.append((_company_word(party.kind), company))
        return tuple([await self._gift(each, through) for through, given in told for each in given])

    async def _own(self, party: Party, user_id: str) -> tuple[SecurityProfileAssignment, ...]:
        found = await self._assignments(party, user_id=user_id)
        return tuple(each for each in found if each.user_id == user_id and _is_of(each, party))

    async def _company(self, party: Party) -> tuple[SecurityProfileAssignment, ...]:
        async def read() -> tuple[SecurityProfileAssignment, ...]:
            found = await self._assignments(party, level="Company")
            return tuple(
                each for each in found if _is_of(each, party) and each.user_id is None and each.user_group_id is None
            )

        return await self._of_party.get((party.kind, party.id), read)

    async def _assignments(
        self, party: Party, *, user_id: str | None = None, user_group_id: str | None = None, level: str | None = None
    ) -> tuple[SecurityProfileAssignment, ...]:
        calls, kind = self._client.security_profiles.assignments, party.kind
        return await whole_list(
            lambda page: calls.list(
                buyer_id=party.id if kind is PartyKind.BUYER else None,
                supplier_id=party.id if kind is PartyKind.SUPPLIER else None,
                commerce_role="Seller" if kind is PartyKind.SELLER else None,
                user_id=user_id,
                user_group_id=user_group_id,
                level=level,
                page=page,
                page_size=PAGE_SIZE,
            )
        )

    async def _groups(self, person: Person) -> tuple[str, ...]:
        kind, company = person.party.kind, person.party.id
        buyer = company if kind is PartyKind.BUYER else None
        supplier = company if kind is PartyKind.SUPPLIER else None
        memberships = self._client.groups_of(person.user.id, buyer, supplier)
        return tuple(sorted({each.user_group_id async for each in memberships.iterate()}))

    async def _gift(self, assignment: SecurityProfileAssignment, through: str) -> ProfileGift:
        return _gift(await self._profile(assignment.security_profile_id), through)

    async def _profile(self, profile_id: str) -> SecurityProfile:
        return await self._profiles.get(profile_id, lambda: self._client.security_profiles.get(profile_id))

    # -- the other way round -------------------------------------------------------------------------------------

    async def giving(
        self, roles: Collection[str], people: Iterable[Person]
    ) -> Mapping[tuple[PartyKind, str, str], tuple[ProfileGift, ...]]:
        """Return which security profiles give some users one of some roles, by `key_of` each user.

        Only the profiles that hold one of the roles are looked at, with whom they are given to. Groups are read of
        those users alone whose role nothing else explains, and of the first hundred.
        """
        given: dict[tuple[PartyKind, str, str | None], list[ProfileGift]] = {}
        by_group: dict[tuple[PartyKind, str], list[tuple[str, SecurityProfile]]] = {}
        async for profile in self._client.security_profiles.iterate():
            if not set(roles) & {*profile.roles, *profile.custom_roles}:
                continue
            calls = self._client.security_profiles.assignments
            async for each in calls.iterate(security_profile_id=profile.id):
                kind, company = _holder(each)
                if each.user_group_id is not None:
                    by_group.setdefault((kind, company), []).append((each.user_group_id, profile))
                else:
                    through = "the user" if each.user_id else _company_word(kind)
                    given.setdefault((kind, company, each.user_id), []).append(_gift(profile, through))
        listed = tuple(people)
        found: dict[tuple[PartyKind, str, str], tuple[ProfileGift, ...]] = {}
        for person in listed:
            kind, company, user_id = key_of(person)
            gifts = (*given.get((kind, company, user_id), ()), *given.get((kind, company, None), ()))
            found[kind, company, user_id] = gifts
        await self._add_groups(listed, by_group, found)
        return found

    async def _add_groups(
        self,
        people: Sequence[Person],
        by_group: Mapping[tuple[PartyKind, str], Sequence[tuple[str, SecurityProfile]]],
        found: dict[tuple[PartyKind, str, str], tuple[ProfileGift, ...]],
    ) -> None:
        async def one(person: Person) -> None:
            kind, company, user_id = key_of(person)
            groups = await self._groups(person)
            gifts = [_gift(profile, f"the group {its}") for its, profile in by_group[kind, company] if its in groups]
            found[kind, company, user_id] = (*found[kind, company, user_id], *gifts)

        asked = [each for each in people if key_of(each)[:2] in by_group and not found[key_of(each)]]
        await few_at_once(one, asked[:MOST_BY_GROUP])


def key_of(person: Person) -> tuple[PartyKind, str, str]:
    """Return what tells a user from every other: kind and ID of its company (blank for the seller), its own ID."""
    party = person.party
    return party.kind, "" if party.kind is PartyKind.SELLER else party.id, person.user.id


def _holder(assignment: SecurityProfileAssignment) -> tuple[PartyKind, str]:
    if assignment.buyer_id:
        return PartyKind.BUYER, assignment.buyer_id
    if assignment.supplier_id:
        return PartyKind.SUPPLIER, assignment.supplier_id
    return PartyKind.SELLER, ""


def _is_of(assignment: SecurityProfileAssignment, party: Party) -> bool:
    kind, company = _holder(assignment)
    return kind is party.kind and (kind is PartyKind.SELLER or company == party.id)


def _company_word(kind: PartyKind) -> str:
    return "the seller" if kind is PartyKind.SELLER else "the company"


def _gift(profile: SecurityProfile, through: str) -> ProfileGift:
    return ProfileGift(profile.id, profile.name, frozenset((*profile.roles, *profile.custom_roles)), through)
